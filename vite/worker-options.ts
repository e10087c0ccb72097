import type { PrecacheEntry } from '../sw/precache-entry.ts'
import type { WorkerOptions } from '../sw/worker-options.ts'

/** Folders and names of what Vite compiles for the page in development. */
const VITE_MODULES = [
  '/(?:@|node_modules/)',
  String.raw`\.(?:[cm]?[jt]sx?|vue|svelte|astro|css|less|s[ac]ss|styl(?:us)?|pcss|postcss)$`,
]

interface BuiltOptions {
  readonly given: WorkerOptions
  readonly entries: readonly PrecacheEntry[]
  /** The page of an application that has one only; it is taken if it is precached. */
  readonly page: string | undefined
}

/** The worker's options with the files of the build. */
export function withPrecache({ entries, given, page }: BuiltOptions): WorkerOptions {
  const precache = [...entries, ...(given.precache ?? [])]
  const isShell = given.shell === undefined && entries.some(({ url }) => url === page)
  return { ...given, precache, ...(isShell && { shell: page }) }
}

/**
 * The worker's options in development. What Vite compiles stays between Vite and the browser: hundreds of small modules,
 * each validated at each load, that would gain nothing.
 */
export function forDevelopment(options: WorkerOptions, hasPrecache: boolean): WorkerOptions {
  const { offline: _offline, precache: _precache, shell: _shell, ...rest } = options
  return { ...(hasPrecache ? options : rest), exclude: [...(options.exclude ?? []), ...VITE_MODULES] }
}
