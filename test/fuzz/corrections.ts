import { timeOf } from './date-forms.ts'
import { type Exchange, type Fields, LANGUAGES } from './exchange.ts'
import {
  type PlainDirective,
  firstOfEach,
  readPlainly,
  withDeltaSeconds,
  writePlainly,
} from './plain-directives.ts'

/** Changes of an exchange from which the explanations are made. None of them asks policy/. */

export type Side = 'request' | 'response' | 'laterRequest'

export function without(fields: Fields, name: string): Fields {
  if (!(name in fields)) return fields
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))
}

/** What no two readers read differently; most are, and a hundred thousand exchanges want it fast. */
const PLAIN = /^[a-z-]+(?:=\d+)?(?:, [a-z-]+(?:=\d+)?)*$/

function directivesOf(exchange: Exchange, side: Side): PlainDirective[] {
  const text = exchange[side]['cache-control'] ?? ''
  // What the oracle can read as it is, is read as the oracle does, so that each explanation stands for itself.
  return text.split(',').map((member) => {
    const [name = '', argument] = member.split('=', 2)
    return { name: name.trim(), argument: argument?.trim().replaceAll(/^"|"$/g, '') }
  })
}

function mentions(exchange: Exchange, side: Side, name: string): boolean {
  return (exchange[side]['cache-control'] ?? '').includes(name)
}

export function has(exchange: Exchange, side: Side, name: string): boolean {
  return mentions(exchange, side, name) && directivesOf(exchange, side).some((other) => other.name === name)
}

/** The number of a directive, where it has one. */
export function secondsOf(exchange: Exchange, side: Side, name: string): number | undefined {
  if (!mentions(exchange, side, name)) return undefined
  const directive = directivesOf(exchange, side).findLast((other) => other.name === name)
  return directive?.argument === undefined ? undefined : Number(directive.argument)
}

function mapDirectives(
  exchange: Exchange,
  side: Side,
  change: (directives: PlainDirective[]) => PlainDirective[],
): Exchange {
  if (exchange[side]['cache-control'] === undefined) return exchange
  const before = directivesOf(exchange, side)
  const after = change(before)
  if (after.length === before.length && after.every((directive, at) => directive === before[at]))
    return exchange
  const changed = writePlainly(after)
  return { ...exchange, [side]: { ...exchange[side], 'cache-control': changed } }
}

export function drop(exchange: Exchange, side: Side, name: string): Exchange {
  if (!mentions(exchange, side, name)) return exchange
  return mapDirectives(exchange, side, (all) => all.filter((directive) => directive.name !== name))
}

export function add(exchange: Exchange, side: Side, name: string, argument?: string): Exchange {
  const fields = { ...exchange[side], 'cache-control': exchange[side]['cache-control'] ?? '' }
  return mapDirectives({ ...exchange, [side]: fields }, side, (all) => [...all, { name, argument }])
}

/** One more second: "no more than" in place of "less than". */
export function increment(exchange: Exchange, side: Side, name: string): Exchange {
  if (!mentions(exchange, side, name)) return exchange
  return mapDirectives(exchange, side, (all) =>
    all.map((directive) =>
      directive.name === name && directive.argument !== undefined
        ? { name, argument: `${Number(directive.argument) + 1}` }
        : directive,
    ),
  )
}

export function inPlainSyntax(exchange: Exchange): Exchange {
  return onAllSides(exchange, (result, side) => {
    const text = result[side]['cache-control']
    if (text === undefined || PLAIN.test(text)) return result
    return { ...result, [side]: { ...result[side], 'cache-control': writePlainly(readPlainly(text)) } }
  })
}

export function withFirstOfEach(exchange: Exchange): Exchange {
  return onAllSides(exchange, (result, side) => mapDirectives(result, side, firstOfEach))
}

export function withValidSeconds(exchange: Exchange): Exchange {
  return onAllSides(exchange, (result, side) =>
    mapDirectives(result, side, (all) => all.map(withDeltaSeconds)),
  )
}

function onAllSides(exchange: Exchange, change: (exchange: Exchange, side: Side) => Exchange): Exchange {
  return change(change(change(exchange, 'request'), 'response'), 'laterRequest')
}

/** RFC 9111 §5.3: an `Expires` that is no date has passed; another field that is none is as if it were not there. */
export function withValidDates(exchange: Exchange): Exchange {
  const response = { ...exchange.response }
  for (const name of ['date', 'last-modified', 'expires']) {
    const text = response[name]
    if (text === undefined) continue
    const timeMs = timeOf(text)
    if (timeMs !== undefined) response[name] = new Date(timeMs).toUTCString()
    else if (name === 'expires') response[name] = '0'
    else delete response[name]
  }
  return { ...exchange, response }
}

export function withValidAge(exchange: Exchange): Exchange {
  const age = exchange.response['age']
  if (age === undefined || /^\d{1,9}$/.test(age)) return exchange
  const first = age.replace(/,.*$/, '').trim()
  const seconds = /^[0-9]+$/.test(first) ? Math.min(Number(first), 2 ** 31) : 0
  return { ...exchange, response: { ...exchange.response, age: `${seconds}` } }
}

/** When the response was made, by its `Date`, or else by its arrival. */
export function dateOf(exchange: Exchange): number {
  return timeOf(exchange.response['date']) ?? exchange.responseTimeMs
}

/** The same response, as if it had arrived earlier: the oracle counts age from there. */
export function arrived(exchange: Exchange, responseTimeMs: number, age: number): Exchange {
  const date = new Date(dateOf(exchange)).toUTCString()
  const response = { ...exchange.response, date, age: `${age}` }
  return { ...exchange, response, responseTimeMs, requestTimeMs: responseTimeMs }
}

/** The later request with the very text of the first, where both ask for the same languages. */
export function withSameLanguages(exchange: Exchange): Exchange {
  const line = (text: string | undefined) =>
    LANGUAGES.findIndex((forms) => forms.some((form) => form === text))
  const own = exchange.request['accept-language']
  const later = exchange.laterRequest['accept-language']
  if (own === undefined || later === undefined || line(own) !== line(later)) return exchange
  return { ...exchange, laterRequest: { ...exchange.laterRequest, 'accept-language': own } }
}
