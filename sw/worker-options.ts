import { describeValue } from '../policy/index.ts'
import type { AppShellOptions } from './app-shell.ts'
import { type HttpCacheOptions, isCount } from './http-cache-options.ts'
import type { PrecacheEntry } from './precache.ts'

/** What the drop-in reads from `self.__THERMOCLINE__`; everything may be left out. */
export interface WorkerOptions {
  /**
   * Files that are stored when the worker is installed; hashed names take `revision: null`.
   * @default []
   */
  readonly precache?: readonly PrecacheEntry[] | undefined
  /** The precached page that stands in for any page of the application while the network is away. */
  readonly shell?: string | undefined
  /** The precached page that is shown where the shell may not be. */
  readonly offline?: string | undefined
  /**
   * Regular expressions; a path that matches one is no page of the application.
   * @default []
   */
  readonly shellDeny?: readonly string[] | undefined
  /**
   * Stored URLs, precached files not counted.
   * @default 2_000
   */
  readonly maxEntries?: number | undefined
  /**
   * Bytes of stored bodies, precached files not counted.
   * @default 67_108_864
   */
  readonly maxBytes?: number | undefined
}

interface ResolvedWorkerOptions {
  readonly cacheOptions: HttpCacheOptions
  readonly shellOptions: AppShellOptions
}

type Check = readonly [accepts: (value: unknown) => boolean, remedy: string]

const PATH: Check = [isPath, "a path such as '/index.html'"]
const COUNT: Check = [isCount, 'a whole number above 0']

const CHECKS: Readonly<Record<string, Check>> = {
  precache: [listOf(isPrecacheEntry), 'a list of { url, revision }, revision being null for hashed names'],
  shell: PATH,
  offline: PATH,
  shellDeny: [listOf(isPattern), "a list of regular expressions, such as ['^/api/']"],
  maxEntries: COUNT,
  maxBytes: COUNT,
}

/** Takes what is right and reports the rest: a worker with a wrong option must still answer the page. */
export function resolveWorkerOptions(
  given: unknown,
  report: (message: string) => void,
): ResolvedWorkerOptions {
  const right: Record<string, unknown> = {}
  const isObject = typeof given === 'object' && !Array.isArray(given)
  if (!isObject && given !== undefined) {
    report(
      `\`self.__THERMOCLINE__\` is ${describeValue(given)}. Write an object of options, or leave it out.`,
    )
  }
  for (const [name, value] of Object.entries((isObject && given) || {})) {
    const [accepts, remedy] = CHECKS[name] ?? []
    if (accepts === undefined) {
      report(`There is no option \`${name}\`. Write one of ${Object.keys(CHECKS).join(', ')}.`)
    } else if (accepts(value)) right[name] = value
    else if (value !== undefined)
      report(`\`${name}\` is ${describeValue(value)}. Write ${remedy}. The default is used.`)
  }
  const { precache = [], shellDeny = [], shell, offline, ...cacheOptions } = right as WorkerOptions
  for (const [name, page] of Object.entries({ shell, offline })) {
    if (page === undefined || precache.some(({ url }) => url === page)) continue
    report(
      `\`${name}\` is ${describeValue(page)}, which is not in \`precache\`. Add it there, or it can't be shown.`,
    )
  }
  return {
    cacheOptions: cacheOptions as HttpCacheOptions,
    shellOptions: { precache, shell, offline, shellDeny: shellDeny.map((pattern) => new RegExp(pattern)) },
  }
}

function listOf(accepts: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(accepts)
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isPrecacheEntry(value: unknown): boolean {
  const { url, revision } = (value ?? {}) as Record<string, unknown>
  return isPath(url) && (revision === null || isPath(revision))
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return new RegExp(value).source !== ''
  } catch {
    return false
  }
}
