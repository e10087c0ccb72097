import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Plugin, build } from 'vite'
import type { SourceBreak } from './breaks.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Builds the worker and the client, from the sources as they are now, into a folder of their own; `broken` where it is named. */
export async function buildScripts(broken?: SourceBreak): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thermocline-coherence-'))
  let isBroken = broken === undefined
  const breaking: Plugin = {
    name: 'breaking',
    transform: {
      order: 'pre',
      handler(code, id) {
        if (broken === undefined || !id.endsWith(broken.file)) return null
        isBroken = true
        return broken.edits.reduce((text, { find, replacement }) => {
          if (!text.includes(find)) throw new Error(`${broken.file} has no ${find}`)
          return text.replace(find, replacement)
        }, code)
      },
    },
  }
  for (const [part, entry, format] of [
    ['sw.js', 'sw/entry.ts', 'iife'],
    ['client.js', 'client/index.ts', 'es'],
  ] as const) {
    const built = await build({
      configFile: false,
      logLevel: 'error',
      root: ROOT,
      plugins: [breaking],
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        write: false,
        target: 'es2022',
        minify: false,
        lib: { entry: join(ROOT, entry), formats: [format], name: 'thermocline' },
      },
    })
    const [chunk] = [built]
      .flat()
      .flatMap((result) => ('output' in result ? result.output.filter((file) => file.type === 'chunk') : []))
    if (chunk === undefined) throw new Error(`${entry} came out empty.`)
    await writeFile(join(folder, part), chunk.code)
  }
  if (!isBroken) throw new Error(`${broken?.file} is in neither script.`)
  return folder
}
