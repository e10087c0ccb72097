import * as change from './corrections.ts'
import { timeOf } from './date-forms.ts'
import type { Exchange } from './exchange.ts'
import { type Answers, type Question, askOracle } from './oracle.ts'

/**
 * One way in which http-cache-semantics departs from the RFCs, or they leave a choice.
 *
 * `correct` gives the exchange for which it would say what is right of the one that it was given; `settle` says what is
 * right outright. Neither asks policy/: after all corrections, policy/ must say just what the oracle says.
 */
interface Explanation {
  readonly id: string
  readonly section: string
  readonly questions: readonly Question[]
  readonly applies: (exchange: Exchange) => boolean
  readonly correct?: (exchange: Exchange) => Exchange
  readonly settle?: Answers[Question]
}

const ALL: readonly Question[] = ['stores', 'lifetime', 'age', 'reuse']
const STORED: readonly Question[] = ['lifetime', 'reuse']
const AGED: readonly Question[] = ['age', 'reuse']
const HEURISTICALLY_CACHEABLE = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])
const UNDERSTOOD_BY_ORACLE = new Set([...HEURISTICALLY_CACHEABLE, 302, 303, 307])

const isShared = (exchange: Exchange) => exchange.cacheType === 'shared'
const says = (exchange: Exchange, name: string) => change.has(exchange, 'response', name)
const always = () => true

function forbidsStale(exchange: Exchange): boolean {
  if (says(exchange, 'must-revalidate') || says(exchange, 'no-cache')) return true
  return isShared(exchange) && (says(exchange, 'proxy-revalidate') || says(exchange, 's-maxage'))
}

/** How long it stays fresh, by an oracle that has been corrected so far. */
function timeToLive(exchange: Exchange): number {
  return Number(askOracle(exchange, 'lifetime')) - Number(askOracle(exchange, 'age'))
}

function initialAges(exchange: Exchange) {
  const age = Number(exchange.response['age'] ?? 0)
  const delayMs = Math.max(0, exchange.responseTimeMs - exchange.requestTimeMs)
  const dateMs = change.dateOf(exchange)
  const isApparentMore = exchange.responseTimeMs - dateMs > age * 1_000 + delayMs
  return { age, delayMs, dateMs, isApparentMore }
}

function isGuess(exchange: Exchange): boolean {
  const hasLifetime = says(exchange, 'max-age') || (isShared(exchange) && says(exchange, 's-maxage'))
  return !hasLifetime && exchange.response['expires'] === undefined
}

/** In the order in which they are applied: how a text is read before what it means. */
export const EXPLANATIONS: readonly Explanation[] = [
  {
    id: 'pragma-beside-cache-control',
    section: 'RFC 9111 §5.4: Pragma counts where Cache-Control is absent, and by whole directives',
    questions: ['reuse'],
    applies: ({ laterRequest }) =>
      Boolean(laterRequest['cache-control']) || laterRequest['pragma']?.trim() !== 'no-cache',
    correct: (exchange) => ({ ...exchange, laterRequest: change.without(exchange.laterRequest, 'pragma') }),
  },
  {
    id: 'pragma-in-response',
    section: 'RFC 9111 §5.4: Pragma in a response means nothing',
    questions: ALL,
    applies: always,
    correct: (exchange) => ({ ...exchange, response: change.without(exchange.response, 'pragma') }),
  },
  {
    id: 'directive-syntax',
    section: 'RFC 9111 §5.2: names in any case, arguments in quotes, a comma inside quotes separates nothing',
    questions: ALL,
    applies: always,
    correct: change.inPlainSyntax,
  },
  {
    id: 'repeated-directive',
    section: 'RFC 9111 §4.2.1: of a repeated directive the first counts',
    questions: ALL,
    applies: always,
    correct: change.withFirstOfEach,
  },
  {
    id: 'delta-seconds',
    section: 'RFC 9111 §1.2.2, §4.2.1: 2^31 is the most, and what is no number is stale',
    questions: ALL,
    applies: always,
    correct: change.withValidSeconds,
  },
  {
    id: 'date-syntax',
    section:
      'RFC 9110 §5.6.7, RFC 9111 §5.3: three forms, all in GMT; what is none is no date, and Expires has then passed',
    questions: ['lifetime', 'age', 'reuse'],
    applies: always,
    correct: change.withValidDates,
  },
  {
    id: 'method',
    section: 'RFC 9111 §3: a cache may understand GET alone',
    questions: ['stores'],
    applies: ({ method }) => method !== 'GET',
    settle: false,
  },
  {
    id: 'must-understand-unknown-status',
    section: 'RFC 9111 §5.2.2.3',
    questions: ['stores'],
    applies: (exchange) => says(exchange, 'must-understand') && !HEURISTICALLY_CACHEABLE.has(exchange.status),
    settle: false,
  },
  {
    id: 'must-understand-no-store',
    section: 'RFC 9111 §5.2.2.3: a cache that understands the status ignores no-store beside it',
    questions: ALL,
    applies: (exchange) => says(exchange, 'must-understand'),
    correct: (exchange) => change.drop(exchange, 'response', 'no-store'),
  },
  {
    id: 'vary-star',
    section: 'RFC 9111 §4.1: nothing matches it, so nothing is gained by keeping it',
    questions: ['stores'],
    applies: ({ response }) => (response['vary'] ?? '').includes('*'),
    settle: false,
  },
  {
    id: 'heuristic-status',
    section: 'RFC 9111 §4.2.2: no guess for another status without public',
    questions: STORED,
    applies: (exchange) => !HEURISTICALLY_CACHEABLE.has(exchange.status) && !says(exchange, 'public'),
    correct: (exchange) => ({ ...exchange, response: change.without(exchange.response, 'last-modified') }),
  },
  {
    id: 'private-in-private-cache',
    section: 'RFC 9111 §3: private marks a response as cacheable, for a private cache',
    questions: ALL,
    applies: (exchange) => !isShared(exchange) && says(exchange, 'private'),
    correct: (exchange) => change.add(exchange, 'response', 'public'),
  },
  {
    id: 'final-status',
    section: 'RFC 9111 §3: any final status may be stored with a reason to; only 206 and 304 need more',
    questions: ALL,
    applies: ({ status }) =>
      status >= 200 && status < 600 && ![206, 304].includes(status) && !UNDERSTOOD_BY_ORACLE.has(status),
    correct: (exchange) => ({ ...exchange, status: 302 }),
  },
  {
    id: 'set-cookie',
    section: 'RFC 9111 §7.3: Set-Cookie does not change how long a response is fresh',
    questions: STORED,
    applies: always,
    correct: (exchange) => ({ ...exchange, response: change.without(exchange.response, 'set-cookie') }),
  },
  {
    id: 'immutable-has-no-lifetime',
    section: 'RFC 8246 §2: it counts during the freshness lifetime, and makes none',
    questions: STORED,
    applies: always,
    correct: (exchange) => change.drop(exchange, 'response', 'immutable'),
  },
  {
    id: 'stale-is-forbidden',
    section:
      'RFC 9111 §4.2.4: no-cache, must-revalidate, proxy-revalidate and s-maxage rule out stale answers',
    questions: ['reuse'],
    applies: forbidsStale,
    correct: (exchange) =>
      change.drop(change.drop(exchange, 'response', 'stale-while-revalidate'), 'laterRequest', 'max-stale'),
  },
  {
    id: 'must-revalidate-while-fresh',
    section: 'RFC 9111 §5.2.2.2: it counts once the response is stale',
    questions: ['reuse'],
    applies: always,
    // It may also be why the response to an authorized request was stored.
    correct: (exchange) => {
      const request = change.without(exchange.request, 'authorization')
      return change.drop({ ...exchange, request }, 'response', 'must-revalidate')
    },
  },
  {
    id: 'proxy-revalidate-while-fresh',
    section: 'RFC 9111 §5.2.2.8: it counts once the response is stale',
    questions: STORED,
    applies: isShared,
    correct: (exchange) => change.drop(exchange, 'response', 'proxy-revalidate'),
  },
  {
    id: 'no-cache-has-a-lifetime',
    section: 'RFC 9111 §5.2.2.4: no-cache forbids reuse without validation, and shortens no lifetime',
    questions: ['lifetime'],
    applies: always,
    correct: (exchange) => change.drop(exchange, 'response', 'no-cache'),
  },
  {
    id: 'age-syntax',
    section: 'RFC 9111 §5.1, §1.2.2: the first value, if it is a number; 2^31 at most',
    questions: AGED,
    applies: always,
    correct: change.withValidAge,
  },
  {
    id: 'clock-set-back',
    section: 'RFC 9111 §4.2.3: time since arrival can not be negative',
    questions: AGED,
    applies: ({ nowMs, responseTimeMs }) => nowMs < responseTimeMs,
    correct: (exchange) => ({ ...exchange, nowMs: exchange.responseTimeMs }),
  },
  {
    id: 'apparent-age',
    section: 'RFC 9111 §4.2.3: an old Date counts where it says more than Age',
    questions: AGED,
    applies: (exchange) => initialAges(exchange).isApparentMore,
    correct: (exchange) => change.arrived(exchange, change.dateOf(exchange), 0),
  },
  {
    id: 'response-delay',
    section: 'RFC 9111 §4.2.3: the time that the response took is added to Age',
    questions: AGED,
    applies: (exchange) => initialAges(exchange).delayMs > 0,
    correct: (exchange) => {
      const { age, delayMs } = initialAges(exchange)
      return change.arrived(exchange, exchange.responseTimeMs - delayMs, age)
    },
  },
  {
    id: 'age-in-whole-seconds',
    section: 'RFC 9111 §1.2.2: ages are compared in whole seconds, as Age would say them',
    questions: ['reuse'],
    applies: always,
    correct: (exchange) => {
      const fraction = (exchange.nowMs - exchange.responseTimeMs) % 1_000
      return { ...exchange, nowMs: exchange.nowMs - fraction }
    },
  },
  {
    id: 'guess-of-a-day-at-most',
    section: 'RFC 9111 §4.2.2: how long a guess may be is left to the cache',
    questions: STORED,
    applies: (exchange) => isGuess(exchange) && Number(askOracle(exchange, 'lifetime')) > 86_400,
    correct: (exchange) => change.add(exchange, 'response', 'max-age', '86400'),
  },
  {
    id: 'guess-in-whole-seconds',
    section: 'RFC 9111 §4.2.2: a tenth of the time since the last change, rounded down',
    questions: STORED,
    applies: (exchange) => {
      const modifiedMs = timeOf(exchange.response['last-modified'])
      return isGuess(exchange) && modifiedMs !== undefined && modifiedMs < change.dateOf(exchange)
    },
    correct: (exchange) => {
      const modifiedMs = timeOf(exchange.response['last-modified']) ?? 0
      const seconds = Math.floor((change.dateOf(exchange) - modifiedMs) / 10_000)
      return change.add(exchange, 'response', 'max-age', `${seconds}`)
    },
  },
  {
    id: 'max-age-0-asks',
    section:
      'RFC 9111 §5.2.1.1: a client that takes nothing older than 0 s wants validation; at 0 s of age too',
    questions: ['reuse'],
    applies: (exchange) => change.secondsOf(exchange, 'laterRequest', 'max-age') === 0,
    correct: (exchange) => change.add(exchange, 'laterRequest', 'no-cache'),
  },
  {
    id: 'window-before-max-stale',
    section: 'RFC 5861 §3: where both allow a stale answer, it is refreshed all the same',
    questions: ['reuse'],
    applies: (exchange) => {
      const ttl = timeToLive(exchange)
      return ttl <= 0 && -ttl <= (change.secondsOf(exchange, 'response', 'stale-while-revalidate') || -1)
    },
    correct: (exchange) => change.drop(exchange, 'laterRequest', 'max-stale'),
  },
  {
    id: 'max-stale-inclusive',
    section: 'RFC 9111 §5.2.1.2: no more than the number of seconds',
    questions: ['reuse'],
    applies: always,
    correct: (exchange) => change.increment(exchange, 'laterRequest', 'max-stale'),
  },
  {
    id: 'window-inclusive',
    section: 'RFC 5861 §3: up to the number of seconds; 0 is no window',
    questions: ['reuse'],
    applies: (exchange) => change.secondsOf(exchange, 'response', 'stale-while-revalidate') !== 0,
    correct: (exchange) => change.increment(exchange, 'response', 'stale-while-revalidate'),
  },
  {
    id: 'vary-normalised',
    section: 'RFC 9111 §4.1: values that are known to mean the same match',
    questions: ['reuse'],
    applies: ({ response }) => response['vary'] !== undefined,
    correct: change.withSameLanguages,
  },
]
