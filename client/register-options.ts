import { ThermoclineError, describeValue } from '../policy/index.ts'
import { isUrlLike } from './is-url-like.ts'

/** Options of `register()`. */
export interface RegisterOptions {
  /**
   * Where the worker's script is, on the page's own origin.
   * @default '/sw.js'
   */
  readonly url?: string | URL | undefined
  /**
   * The part of the origin that the worker controls; the script must lie at or above it.
   * @default '/'
   */
  readonly scope?: string | URL | undefined
  /**
   * Milliseconds between two looks for a new version while the page is visible; a page that was hidden for longer looks
   * when it is shown again. 0 leaves the looking to the browser, which does it at navigations.
   * @default 3_600_000
   */
  readonly updateCheck?: number | undefined
}

export interface ResolvedRegisterOptions {
  readonly url: string
  readonly scope: string
  readonly updateCheckMs: number
}

const NAMES: ReadonlySet<string> = new Set<keyof RegisterOptions>(['url', 'scope', 'updateCheck'])
const ONE_HOUR_MS = 3_600_000
const SHORTEST_CHECK_MS = 1000
/** A browser timer with a longer delay fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647

/** Applies the defaults. Throws `option-invalid`. */
export function resolveRegisterOptions(
  options: RegisterOptions,
  baseUrl: string | undefined,
): ResolvedRegisterOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid(`The options of register() are ${describeValue(options)}. Pass an object, or nothing.`)
  }
  for (const name of Object.keys(options)) {
    if (NAMES.has(name)) continue
    throw invalid(`register() has no option \`${name}\`. It knows ${[...NAMES].join(', ')}.`)
  }
  return {
    url: resolveUrl('url', options.url ?? '/sw.js', baseUrl),
    scope: resolveUrl('scope', options.scope ?? '/', baseUrl),
    updateCheckMs: resolveUpdateCheck(options.updateCheck ?? ONE_HOUR_MS),
  }
}

function resolveUrl(name: string, value: unknown, baseUrl: string | undefined): string {
  if (!isUrlLike(value)) {
    const example = name === 'url' ? '/sw.js' : '/'
    throw invalid(
      `\`${name}\` is ${describeValue(value)}. Write a path of this origin, such as '${example}'.`,
    )
  }
  // Outside a page nothing is registered, so there is nothing to hold it against.
  if (baseUrl === undefined) return String(value)
  const url = URL.canParse(value, baseUrl) ? new URL(value, baseUrl) : undefined
  const origin = new URL(baseUrl).origin
  if (url?.origin === origin) return url.href
  throw invalid(
    `\`${name}\` is ${describeValue(String(value))}. A service worker and its scope lie on the page's own origin, ${origin}.`,
  )
}

function resolveUpdateCheck(value: unknown): number {
  if (value === 0) return 0
  if (typeof value === 'number' && value >= SHORTEST_CHECK_MS && value <= LONGEST_TIMER_MS) return value
  throw invalid(
    `\`updateCheck\` is ${describeValue(value)}. Write milliseconds, ${SHORTEST_CHECK_MS} to ${LONGEST_TIMER_MS} ` +
      '(60_000 is one minute), or 0 for no checks.',
  )
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
