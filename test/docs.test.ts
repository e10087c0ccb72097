import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const WORK = join(ROOT, '.cache', 'docs')
// The word after `ts` says where a snippet runs, and so which types it sees.
const PLACES = {
  server: { lib: ['ES2023'], types: ['node'] },
  page: { lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] },
  worker: { lib: ['ES2023', 'WebWorker', 'WebWorker.Iterable'], types: [] },
} as const

interface Snippet {
  readonly file: string
  readonly line: number
  readonly info: string
  readonly code: string
}

const run = promisify(execFile)
let pages: { file: string; text: string }[] = []

beforeAll(async () => {
  const names = await readdir(join(ROOT, 'docs'), { recursive: true })
  const files = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...names.filter((name) => name.endsWith('.md')).map((name) => join('docs', name)),
    'examples/storefront/README.md',
  ]
  pages = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(join(ROOT, file), 'utf8') })),
  )
  await rm(WORK, { recursive: true, force: true })
})

function snippets(): Snippet[] {
  return pages.flatMap(({ file, text }) =>
    [...text.matchAll(/^```(ts|js|tsx)\b([^\n]*)\n(.*?)^```/gms)].map((match) => ({
      file,
      line: text.slice(0, match.index).split('\n').length,
      info: (match[2] ?? '').trim(),
      code: match[3] ?? '',
    })),
  )
}

async function compile(place: keyof typeof PLACES, found: readonly Snippet[]): Promise<string> {
  const folder = join(WORK, place)
  await mkdir(folder, { recursive: true })
  for (const { file, line, code } of found) {
    const name = `${file.replaceAll(/[/\\]/g, '-').replace('.md', '')}-${line}.ts`
    await writeFile(join(folder, name), `${code}\nexport {}\n`)
  }
  const config = {
    extends: '../../../tsconfig.base.json',
    compilerOptions: { ...PLACES[place], composite: false, declaration: false, outDir: 'out', rootDir: '.' },
    include: ['*.ts'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  return run('npx', ['tsc', '-p', folder], { cwd: ROOT }).then(
    () => '',
    (error: { stdout?: string }) => String(error.stdout),
  )
}

describe('the documentation', () => {
  it('says of each snippet where it runs', () => {
    const unknown = snippets().filter(({ info }) => !Object.hasOwn(PLACES, info.split(' ')[0] ?? ''))
    expect(unknown.map(({ file, line }) => `${file}:${line}`)).toEqual([])
  })

  it.each(Object.keys(PLACES) as (keyof typeof PLACES)[])('has %s snippets that compile', async (place) => {
    const found = snippets().filter(({ info }) => info.split(' ')[0] === place)
    expect(found.length).toBeGreaterThan(0)
    expect(await compile(place, found)).toBe('')
  })

  it('has no link to a file that is not there', async () => {
    const broken: string[] = []
    for (const { file, text } of pages) {
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        const path = join(ROOT, file, '..', target)
        await readFile(path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'EISDIR') broken.push(`${file}: ${target}`)
        })
      }
    }
    expect(broken).toEqual([])
  })

  it('explains every error code, and no other', async () => {
    const source = await readFile(join(ROOT, 'policy', 'errors.ts'), 'utf8')
    const union = /export type ErrorCode =(.*?)\n\n/s.exec(source)?.[1] ?? ''
    const codes = [...union.matchAll(/'([a-z0-9-]+)'/g)].map((match) => match[1])
    const page = pages.find(({ file }) => basename(file) === 'errors.md')?.text ?? ''
    expect([...page.matchAll(/^## (\S+)$/gm)].map((match) => match[1])).toEqual(codes)
  })
})
