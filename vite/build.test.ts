import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { build } from 'vite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { App } from './app.fake.ts'

let app: App

beforeEach(async () => {
  app = await App.create()
})
afterEach(() => app.remove())

const paths = (entries: readonly { url: string }[]) =>
  entries.map(({ url }) => url.replace(/-[\w-]{8}(?=\.\w+$)/, '-HASH')).toSorted()

describe('vite build', () => {
  it('lists pages, scripts, styles, fonts and pictures of the build, and no other files', async () => {
    const { precache } = await app.build()
    expect(paths(precache)).toEqual([
      '/assets/font-HASH.woff2',
      '/assets/index-HASH.css',
      '/assets/index-HASH.js',
      '/assets/lazy-HASH.js',
      '/icon.svg',
      '/index.html',
      '/offline.html',
    ])
    expect(app.said).toEqual([expect.stringMatching(/^thermocline: sw\.js precaches 7 files, \d+\.\d kB$/)])
  })

  it('gives hashed names the digest of their bytes, and others a revision that changes with theirs', async () => {
    const before = await app.build()
    for (const { integrity, revision, url } of before.precache) {
      const bytes = await readFile(join(app.root, 'dist', url))
      const digest = createHash('sha384').update(bytes).digest('base64')
      const expected = url.startsWith('/assets/') ? { revision: null, integrity: `sha384-${digest}` } : {}
      expect({ revision, integrity }).toMatchObject(expected)
      if (!url.startsWith('/assets/')) expect(revision).toMatch(/^[\da-f]{16}$/)
    }
    await app.write({ 'public/icon.svg': '<svg/>' })
    const after = await app.build()
    const changed = after.precache.filter(
      ({ url, revision }) => !before.precache.some((old) => old.url === url && old.revision === revision),
    )
    expect(paths(changed)).toEqual(['/icon.svg'])
  })

  it('leaves the digests out when told so', async () => {
    const { precache } = await app.build({ integrity: false })
    expect(precache.every((entry) => !('integrity' in entry))).toBe(true)
  })

  it('writes the drop-in as it is behind one line, and a script that runs without modules', async () => {
    await app.build()
    const script = await app.read('dist/sw.js')
    const dropIn = await readFile(new URL('../dist/sw.js', import.meta.url), 'utf8')
    expect(script.slice(script.indexOf('\n') + 1)).toBe(dropIn)
    expect(() => new Script(script)).not.toThrow()
  })

  it('writes the same bytes for the same application', async () => {
    await app.build()
    const first = await app.read('dist/sw.js')
    await app.build()
    expect(await app.read('dist/sw.js')).toBe(first)
  })

  it('puts the base before each URL and takes it as the scope', async () => {
    const { precache, shell } = await app.build({}, { base: '/app/' })
    expect(precache.every(({ url }) => url.startsWith('/app/'))).toBe(true)
    expect(shell).toBe('/app/index.html')
    expect(await scripts()).toMatch(/\{\s*url:\s*[`"']\/app\/sw\.js[`"'],\s*scope:\s*[`"']\/app\/[`"']\s*\}/)
  })

  it('lists URLs beside the worker where the base is relative', async () => {
    const { precache, shell } = await app.build({}, { base: './' })
    expect(precache.every(({ url }) => url.startsWith('./'))).toBe(true)
    expect(shell).toBe('./index.html')
  })

  it('has no shell where there are several pages, and no other than the one that is named', async () => {
    expect((await app.build({}, { appType: 'mpa' })).shell).toBeUndefined()
    expect((await app.build({ worker: { shell: '/offline.html' } })).shell).toBe('/offline.html')
  })

  it('passes the worker’s options on and adds their files to the built ones', async () => {
    const worker = { maxBytes: 5, exclude: ['^/admin/'], precache: [{ url: '/api/menu', revision: '1' }] }
    const options = await app.build({ worker })
    expect(options).toMatchObject({ maxBytes: 5, exclude: ['^/admin/'] })
    expect(options.precache.at(-1)).toEqual({ url: '/api/menu', revision: '1' })
    expect(options.precache).toHaveLength(8)
  })

  it('takes globs', async () => {
    const some = await app.build({ include: ['**/*.html', '*.txt'], exclude: 'offline.*' })
    expect(paths(some.precache)).toEqual(['/index.html', '/robots.txt'])
    expect(await app.build({ include: [] })).toEqual({ precache: [] })
  })

  it('leaves large files out and says so', async () => {
    const { precache } = await app.build({ maxFileBytes: 4_000 })
    expect(paths(precache)).not.toContain('/assets/font-HASH.woff2')
    expect(app.said[0]).toMatch(
      /^thermocline: assets\/font-.*\.woff2 has 5000 bytes and is not precached\. Raise `maxFileBytes` \(4000\), or name it in `exclude`\.$/,
    )
  })

  it('does not list what an earlier build has left', async () => {
    await app.build()
    await app.write({ 'lazy.js': 'export const say = () => {}' })
    const { precache } = await app.build({}, { build: { emptyOutDir: false } })
    expect(
      (await readdir(join(app.root, 'dist/assets'))).filter((name) => name.startsWith('lazy')),
    ).toHaveLength(2)
    expect(precache.filter(({ url }) => url.includes('lazy'))).toHaveLength(1)
  })

  it('takes names without a hash for what they are', async () => {
    const { precache } = await app.build(
      {},
      {
        build: {
          rolldownOptions: {
            output: {
              entryFileNames: 'entry-of-all.js',
              assetFileNames: '[name][extname]',
              chunkFileNames: '[name].js',
            },
          },
        },
      },
    )
    expect(precache.filter(({ revision }) => revision === null)).toEqual([])
  })

  it('takes a long name for no hash', async () => {
    const { precache } = await app.build(
      {},
      {
        build: { rolldownOptions: { output: { assetFileNames: () => 'static/storefront-[name][extname]' } } },
      },
    )
    const assets = precache.filter(({ url }) => url.startsWith('/static/'))
    expect(assets.length).toBeGreaterThan(0)
    expect(assets.filter(({ revision }) => revision === null)).toEqual([])
  })

  it('escapes what a URL would read otherwise', async () => {
    await app.write({ 'public/100% #1?.svg': '<svg/>' })
    const { precache } = await app.build()
    expect(precache[0]?.url).toBe('/100%25 %231%3F.svg')
  })

  it('writes nothing for a server’s build', async () => {
    await app.write({ 'server.js': 'export const answer = 42' })
    await build(app.config({}, { build: { ssr: 'server.js' } }))
    expect(await readdir(join(app.root, 'dist'))).not.toContain('sw.js')
  })
})

describe('a build that can’t be right', () => {
  it('fails where another file has the worker’s name', async () => {
    await app.write({ 'public/sw.js': 'self' })
    await expect(app.build()).rejects.toThrow(
      'The build has a file "sw.js" already. Remove it, or give the worker another name with `fileName`.',
    )
    expect((await app.build({ fileName: 'worker.js' })).shell).toBe('/index.html')
  })

  it('fails where the base is another origin', async () => {
    await expect(app.build({}, { base: 'https://cdn.example/' })).rejects.toThrow(
      "Vite's `base` is \"https://cdn.example/\". A worker answers for its own origin only: write a path, such as '/app/'.",
    )
  })

  it('warns of a page that it does not know', async () => {
    await app.build({ worker: { offline: '/offline.html' } }, { base: '/app/' })
    expect(app.said[0]).toMatch(
      /^thermocline: `worker\.offline` is "\/offline\.html", which is none of the precached files, such as "\/app\/assets\//,
    )
  })
})

async function scripts(): Promise<string> {
  const folder = join(app.root, 'dist/assets')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n')
}
