import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import type { Variant } from './variant.ts'

/** The script of a variant's worker, as its users would ship it: bundled, minified, without development messages. */
export async function buildWorker({ name, worker }: Variant, files: number): Promise<string | undefined> {
  if (worker === undefined) return undefined
  const taking = `self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(clients.claim()));\n`
  if (worker.kind === 'script') return taking + (await worker.build(files))
  // Beside this file, so that packages are found.
  const folder = await mkdtemp(join(import.meta.dirname, '.worker-'))
  try {
    const entry = join(folder, 'worker.js')
    await writeFile(entry, worker.source(files))
    const built = await build({
      configFile: false,
      logLevel: 'error',
      root: folder,
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        write: false,
        target: 'es2022',
        minify: true,
        lib: { entry, formats: ['iife'], name: 'worker' },
      },
    })
    for (const result of [built].flat()) {
      if (!('output' in result)) continue
      const chunk = result.output.find((file) => file.type === 'chunk')
      if (chunk !== undefined) return taking + chunk.code
    }
    throw new Error(`The worker of ${name} came out empty.`)
  } finally {
    await rm(folder, { recursive: true })
  }
}
