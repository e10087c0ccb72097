import { describeValue } from '../policy/index.ts'
import { isCount } from './is-count.ts'
import { ANY_ORIGIN, PRECACHE_REMEDY, type PrecacheEntry, isPath, isPrecacheEntry } from './precache-entry.ts'

/**
 * The options of the drop-in; everything may be left out. It reads them from `self.__THERMOCLINE__`, then from its
 * script's query string, then from the JSON file that `config` names. What comes later wins.
 */
export interface WorkerOptions {
  /**
   * Files that are stored when the worker is installed; hashed names take `revision: null`.
   * @default []
   */
  readonly precache?: readonly PrecacheEntry[] | undefined
  /** The page that stands in for any page of the application while the network is away. */
  readonly shell?: string | undefined
  /** The page that is shown where the shell may not be. */
  readonly offline?: string | undefined
  /**
   * Regular expressions; a path that matches one is no page of the application.
   * @default []
   */
  readonly shellDeny?: readonly string[] | undefined
  /**
   * Regular expressions; requests whose path matches one are left to the browser.
   * @default []
   */
  readonly exclude?: readonly string[] | undefined
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
  /**
   * Has the browser ask for a page while the worker starts.
   * @default false
   */
  readonly navigationPreload?: boolean | undefined
  /**
   * Ends the worker: it removes what it has stored and unregisters itself, and every request is the browser's.
   * @default false
   */
  readonly off?: boolean | undefined
  /** Where the server tells what it invalidates (`invalidationStream()`); the worker asks there before it trusts what it has stored. */
  readonly invalidations?: string | undefined
  /** A JSON file with options. It is asked for at installation and at each navigation; its last good content holds. */
  readonly config?: string | undefined
}

export type Report = (message: string) => void

type Accepts = (value: unknown) => boolean
/** Of a list what is right is taken. */
type Check = readonly [accepts: Accepts, remedy: string, member?: Accepts]

const PATH: Check = [isPath, "a path such as '/index.html'"]
const COUNT: Check = [isCount, 'a whole number above 0']
const OWN_PATH: Check = [isOwnPath, "a path of this origin, such as '/invalidations'"]
const PATTERNS: Check = [Array.isArray, "a list of regular expressions, such as ['^/api/']", isPattern]
const SWITCH: Check = [(value) => typeof value === 'boolean', 'true or false']

const CHECKS: Readonly<Record<keyof WorkerOptions, Check>> = {
  precache: [Array.isArray, PRECACHE_REMEDY, isPrecacheEntry],
  shell: PATH,
  offline: PATH,
  shellDeny: PATTERNS,
  exclude: PATTERNS,
  maxEntries: COUNT,
  maxBytes: COUNT,
  navigationPreload: SWITCH,
  off: SWITCH,
  invalidations: OWN_PATH,
  config: OWN_PATH,
}

/** Takes what is right of one source and reports the rest: a worker with a wrong option must still answer the page. */
export function readOptions(given: unknown, source: string, report: Report): WorkerOptions {
  const isObject = typeof given === 'object' && !Array.isArray(given)
  if (!isObject && given !== undefined) {
    report(`\`${source}\` is ${describeValue(given)}. Write an object of options, or leave it out.`)
  }
  const entries = Object.entries((isObject && given) || {}).flatMap(([name, value]): [string, unknown][] => {
    const [accepts, remedy, member] = checkOf(name) ?? []
    if (accepts === undefined) {
      report(`There is no option \`${name}\`. Write one of ${Object.keys(CHECKS).join(', ')}.`)
      return []
    }
    const refuse = (what: string, seen: unknown) =>
      report(`\`${what}\` is ${describeValue(seen)}. Write ${remedy}. It is ignored.`)
    if (!accepts(value)) {
      if (value !== undefined) refuse(name, value)
      return []
    }
    if (member === undefined) return [[name, value]]
    const isRight = (one: unknown, position: number) => {
      const isAccepted = member(one)
      if (!isAccepted) refuse(`${name}[${position}]`, one)
      return isAccepted
    }
    return [[name, (value as readonly unknown[]).filter(isRight)]]
  })
  return Object.fromEntries(entries)
}

/** What a query string says: repeated names make lists, and so do those that can be nothing else. Not checked yet. */
export function parseQuery(search: string): Readonly<Record<string, unknown>> {
  const query = new URLSearchParams(search)
  const entries = Array.from(query.keys(), (name) => {
    const values = query.getAll(name)
    return [name, values.length > 1 || checkOf(name)?.[0]([]) ? values : parseValue(values[0])]
  })
  return Object.fromEntries(entries) as Record<string, unknown>
}

function checkOf(name: string): Check | undefined {
  return Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof WorkerOptions] : undefined
}

function parseValue(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return text
  }
}

function isOwnPath(value: unknown): boolean {
  return isPath(value) && new URL(value as string, ANY_ORIGIN).origin === ANY_ORIGIN
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return new RegExp(value).source !== ''
  } catch {
    return false
  }
}
