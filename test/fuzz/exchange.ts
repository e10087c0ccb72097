import { otherForms } from './date-forms.ts'
import type { Random } from './random.ts'

export type Fields = Readonly<Record<string, string>>

/** A request, its response, and a second request for the same URL some time later. Field names are in lower case. */
export interface Exchange {
  readonly cacheType: 'private' | 'shared'
  readonly method: string
  readonly request: Fields
  readonly status: number
  readonly response: Fields
  readonly laterRequest: Fields
  readonly requestTimeMs: number
  /** A whole second, so that a `Date` can name it. */
  readonly responseTimeMs: number
  readonly nowMs: number
}

const EPOCH_MS = Date.UTC(2026, 4, 1, 12)
const SECONDS = ['0', '1', '5', '10', '60', '100', '3600'] as const
const ODD_SECONDS = ['', '-1', '1.5', 'abc', '10s', '+5', '007', '2147483649', '99999999999999'] as const
const RESPONSE_FLAGS =
  'public,private,no-cache,no-store,must-revalidate,proxy-revalidate,must-understand,immutable,no-transform,x'.split(
    ',',
  )
const QUALIFIED = ['private="x-a, x-b"', 'no-cache="set-cookie"'] as const
const ODD_MEMBERS = [
  '',
  '@',
  '"no-store"',
  '=',
  'x="a, no-store"',
  'private="open',
  'max-age=60 private',
  '@no-cache',
] as const
const STATUSES = [
  200, 200, 200, 200, 201, 203, 204, 206, 299, 301, 302, 304, 307, 404, 410, 500, 503,
] as const
/** Equal ones stand in one line: the same languages with the same weights in the same order. */
export const LANGUAGES = [
  ['en, de', 'en,de', 'EN , de;q=1.0'],
  ['de, en'],
  ['en;q=0.5', 'en; q=0.50'],
  ['fr;q=0.5, de', 'de, fr;q=0.5'],
] as const
const DIRECTIVES = ['max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'] as const
const REQUEST_DIRECTIVES = ['max-age', 'max-stale', 'min-fresh'] as const

export function randomExchange(random: Random): Exchange {
  const responseTimeMs = EPOCH_MS + random.below(1_000) * 1_000
  const delayMs = random.chance(0.7) ? 0 : random.below(4_000) - 500
  const passedMs = random.chance(0.03)
    ? -5_000
    : random.below(random.pick([3_000, 15_000, 120_000, 7_200_000]))
  const vary = random.chance(0.15)
    ? random.pick(['accept-language', 'Accept-Language, x-b', '*', 'x-a, *'])
    : ''
  return {
    cacheType: random.pick(['private', 'shared']),
    method: random.chance(0.95) ? 'GET' : random.pick(['HEAD', 'POST', 'PUT']),
    request: {
      ...some(random, 0.08, 'authorization', () => random.pick(['Basic x', ''])),
      ...some(random, 0.05, 'cache-control', () => random.pick(['no-store', 'No-Store', 'max-age=0'])),
      ...language(random, vary),
    },
    status: random.pick(STATUSES),
    response: {
      ...some(random, 0.85, 'cache-control', () => responseDirectives(random)),
      ...some(random, 0.7, 'date', () => date(random, responseTimeMs, 10)),
      ...some(random, 0.35, 'expires', () => date(random, responseTimeMs, 200)),
      ...some(random, 0.35, 'last-modified', () =>
        // Ten days before, a tenth of the time since is about a day.
        random.chance(0.9)
          ? date(random, responseTimeMs - 2_000_000, 4_000)
          : date(random, responseTimeMs - 864_000_000, 60),
      ),
      ...some(random, 0.25, 'age', () => (random.chance(0.6) ? random.pick(SECONDS) : oddAge(random))),
      ...some(random, 0.05, 'pragma', () => 'no-cache'),
      ...some(random, 0.08, 'set-cookie', () => 'a=1'),
      ...(vary === '' ? {} : { vary }),
    },
    laterRequest: {
      ...some(random, 0.35, 'cache-control', () => requestDirectives(random)),
      ...some(random, 0.05, 'pragma', () => random.pick(['no-cache', 'x-no-cache-x', 'x'])),
      ...language(random, vary),
    },
    requestTimeMs: responseTimeMs - delayMs,
    responseTimeMs,
    nowMs: responseTimeMs + passedMs,
  }
}

function some(random: Random, probability: number, name: string, value: () => string): Fields {
  return random.chance(probability) ? { [name]: value() } : {}
}

function language(random: Random, vary: string): Fields {
  if (vary === '' || random.chance(0.2)) return {}
  return { 'accept-language': random.pick<string>(random.pick<readonly string[]>(LANGUAGES)) }
}

function responseDirectives(random: Random): string {
  const members = Array.from({ length: random.below(5) }, () => {
    if (random.chance(0.04)) return random.pick(ODD_MEMBERS)
    if (random.chance(0.05)) return random.pick(QUALIFIED)
    if (random.chance(0.4)) return random.pick(RESPONSE_FLAGS)
    return withSeconds(random, random.pick(DIRECTIVES))
  })
  return joinOddly(random, members)
}

function requestDirectives(random: Random): string {
  const members = Array.from({ length: 1 + random.below(2) }, () =>
    random.chance(0.25)
      ? random.pick(['no-cache', 'only-if-cached', 'max-stale', 'x'])
      : withSeconds(random, random.pick(REQUEST_DIRECTIVES)),
  )
  return joinOddly(random, members)
}

function withSeconds(random: Random, name: string): string {
  if (random.chance(0.03)) return name
  const seconds = random.chance(0.9) ? random.pick(SECONDS) : random.pick(ODD_SECONDS)
  return random.chance(0.08) ? `${name}="${seconds}"` : `${name}=${seconds}`
}

function joinOddly(random: Random, members: readonly string[]): string {
  const text = members.join(random.chance(0.9) ? ', ' : random.pick([',', ' , ', ',,', ',\t']))
  return random.chance(0.05) ? text.toUpperCase() : text
}

function oddAge(random: Random): string {
  return random.pick(['-5', '1.5', 'x', '', '5, 100', '5 , 100', '99999999999', '7x'])
}

function date(random: Random, aroundMs: number, rangeSeconds: number): string {
  const timeMs = aroundMs + (random.below(2 * rangeSeconds) - rangeSeconds) * 1_000
  const text = new Date(timeMs).toUTCString()
  if (random.chance(0.85)) return text
  if (random.chance(0.5)) return random.pick(otherForms(timeMs))
  return random.pick([text.replace('GMT', '+0000'), text.slice(5), `${text}, x`, '0', ''])
}
