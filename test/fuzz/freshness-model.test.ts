import { expect, it } from 'vitest'
import { freshnessLifetime, fromNodeHeaders } from '../../policy/index.ts'
import { otherForms } from './date-forms.ts'
import { Random } from './random.ts'

const COUNT = Number(process.env['FUZZ_EXCHANGES'] ?? 100_000)
const NOW_MS = Date.UTC(2026, 4, 1, 12)

/** What a response says, before it is written as a text: `'odd'` is a value that means nothing. */
interface Facts {
  readonly isShared: boolean
  readonly status: number
  readonly isPublic: boolean
  readonly sMaxage: number | 'odd' | undefined
  readonly maxAge: number | 'odd' | undefined
  /** Seconds after the date of the response. */
  readonly expires: number | 'odd' | undefined
  readonly modified: number | 'odd' | undefined
  readonly hasDate: boolean
}

/** RFC 9111 §4.2.1, row by row: the first that applies counts. A guess is for a day at most. */
const TABLE: readonly [string, (facts: Facts) => boolean, (facts: Facts) => number][] = [
  ['s-maxage', ({ isShared, sMaxage }) => isShared && sMaxage !== undefined, ({ sMaxage }) => delta(sMaxage)],
  ['max-age', ({ maxAge }) => maxAge !== undefined, ({ maxAge }) => delta(maxAge)],
  ['expires', ({ expires }) => expires !== undefined, ({ expires }) => Math.max(0, Number(expires) || 0)],
  [
    'heuristic',
    ({ modified, status, isPublic }) =>
      typeof modified === 'number' && modified < 0 && (isPublic || [200, 404, 301].includes(status)),
    ({ modified }) => Math.min(86_400, Math.floor(-Number(modified) / 10)),
  ],
  ['none', () => true, () => 0],
]

/** §1.2.2: delta-seconds end at 2^31. */
function delta(value: number | 'odd' | undefined): number {
  return typeof value === 'number' ? Math.max(0, Math.min(value, 2 ** 31)) : 0
}

function randomFacts(random: Random): Facts {
  const seconds = (lowest: number): number | 'odd' | undefined => {
    if (random.chance(0.5)) return undefined
    if (random.chance(0.15)) return 'odd'
    return lowest + random.below(random.pick([3, 100, 100_000, 3_000_000_000]) - lowest)
  }
  return {
    isShared: random.chance(0.5),
    status: random.pick([200, 404, 301, 201, 302, 500]),
    isPublic: random.chance(0.3),
    sMaxage: seconds(0),
    maxAge: seconds(0),
    expires: random.chance(0.5) ? seconds(-50) : undefined,
    modified: random.chance(0.8) ? seconds(-1_000_000) : undefined,
    hasDate: random.chance(0.8),
  }
}

function write(random: Random, facts: Facts): Record<string, string> {
  const { sMaxage, maxAge, expires, modified, hasDate, isPublic } = facts
  const date = (seconds: number | 'odd') => {
    if (seconds === 'odd') {
      return random.pick([
        '0',
        '-1',
        '',
        'Thu, 31 Feb 2030 00:00:00 GMT',
        '2030-01-01T00:00:00Z',
        '1893456000',
      ])
    }
    const timeMs = NOW_MS + seconds * 1_000
    // Two digits name a year within 50 years.
    const isNear = Math.abs(seconds) < 1_000_000_000
    return isNear && random.chance(0.2) ? random.pick(otherForms(timeMs)) : new Date(timeMs).toUTCString()
  }
  const directive = (name: string, seconds: number | 'odd' | undefined) => {
    if (seconds === undefined) return []
    const written = random.chance(0.2) ? name.toUpperCase() : name
    if (seconds === 'odd')
      return [`${written}${random.pick(['', '=', '=-1', '=1.5', '=1e3', '=""', '=x', '= 5'])}`]
    return [random.pick([`${written}=${seconds}`, `${written}="${seconds}"`, `${written}=00${seconds}`])]
  }
  const members = [
    ...directive('s-maxage', sMaxage),
    ...directive('max-age', maxAge),
    ...(isPublic ? ['Public'] : []),
    ...(random.chance(0.2)
      ? [random.pick(['', 'x="max-age=5, s-maxage=5"', '"max-age=7"', 'immutable'])]
      : []),
  ]
  const shuffled = random.chance(0.5) ? members.toReversed() : members
  // The second of two is not counted.
  const repeated = typeof maxAge === 'number' && random.chance(0.1) ? [...members, 'max-age=1'] : shuffled
  return {
    ...(repeated.length > 0 ? { 'cache-control': repeated.join(random.pick([', ', ',', ' ,\t'])) } : {}),
    ...(expires === undefined ? {} : { expires: date(expires) }),
    ...(modified === undefined ? {} : { 'last-modified': date(modified) }),
    ...(hasDate ? { date: date(0) } : {}),
  }
}

it(
  `${COUNT} random responses are fresh for as long as RFC 9111 §4.2.1 says`,
  { timeout: 300_000 + 3 * COUNT },
  () => {
    const random = new Random(Number(process.env['FUZZ_SEED'] ?? 4_2_1))
    const seen = new Set<string>()
    for (let index = 0; index < COUNT; index += 1) {
      const facts = randomFacts(random)
      const fields = write(random, facts)
      const [source = '', , seconds] = TABLE.find(([, applies]) => applies(facts)) ?? []
      seen.add(source)
      const response = { status: facts.status, headers: fromNodeHeaders(fields), responseTimeMs: NOW_MS }
      const ours = freshnessLifetime(response, facts.isShared ? 'shared' : 'private')
      if (ours.source !== source || ours.seconds !== seconds?.(facts)) {
        const cacheType = facts.isShared ? 'shared' : 'private'
        expect({ ...ours, fields, cacheType }).toEqual({
          source,
          seconds: seconds?.(facts),
          fields,
          cacheType,
        })
      }
    }
    expect(seen.size).toBe(TABLE.length)
  },
)
