import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A worker script that a page can register. */
export interface WorkerScript {
  readonly path: string
  readonly dispose: () => Promise<void>
}

const DROP_IN = join(import.meta.dirname, '../../../dist/sw.js')

/** The workers by the name that the command line takes. */
export const WORKERS = {
  /** What the package ships, or another build of it. */
  'drop-in': (path = DROP_IN) => Promise.resolve({ path, dispose: () => Promise.resolve() }),
  /** The browser's own HTTP cache, with no worker before it. */
  none: () => Promise.resolve(undefined),
  'workbox-cf': () => buildWorkbox('CacheFirst'),
  'workbox-swr': () => buildWorkbox('StaleWhileRevalidate'),
} satisfies Record<string, (path?: string) => Promise<WorkerScript | undefined>>

export type WorkerName = keyof typeof WORKERS

async function buildWorkbox(strategy: 'CacheFirst' | 'StaleWhileRevalidate'): Promise<WorkerScript> {
  // It is slow to load, and only this needs it.
  const { build } = await import('vite')
  const outDir = await mkdtemp(join(tmpdir(), 'conformance-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname,
    define: { STRATEGY: JSON.stringify(strategy), 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir,
      lib: { entry: 'workbox-worker.mjs', formats: ['iife'], name: 'worker', fileName: () => 'sw.js' },
    },
  })
  return { path: join(outDir, 'sw.js'), dispose: () => rm(outDir, { recursive: true }) }
}
