import { strongMatch } from './entity-tags.ts'
import type { HeaderReader } from './header-reader.ts'
import { parseHttpDate } from './http-date.ts'

/** A stored response that is complete: `length` is what the body has in bytes, as stored (so with its content coding). */
export interface StoredRepresentation {
  readonly status: 200
  readonly headers: HeaderReader
  readonly length: number
}

export type RangeDecision =
  /** Answer 200 with all of it: there is no `Range`, or it may or must be ignored. */
  | { readonly kind: 'whole' }
  /** Answer 206 with the bytes from `start` to `end`, both included. */
  | {
      readonly kind: 'part'
      readonly start: number
      readonly end: number
      /** The value of `Content-Range`. */
      readonly contentRange: string
    }
  /** Answer 416 (RFC 9110 §15.5.17). */
  | { readonly kind: 'unsatisfiable'; readonly contentRange: string }

interface Span {
  readonly start: number
  readonly end: number
}

/** RFC 9110 §17.15: many small ranges are an attack, or near to one; they get the whole. */
const MAX_RANGES = 32

const WHOLE: RangeDecision = Object.freeze({ kind: 'whole' })

/**
 * Which part of a stored 200 a GET asks for (RFC 9110 §14.2); on any other method `Range` means nothing.
 *
 * Only `bytes` is understood. Several ranges that touch or overlap are answered as the one that they make up
 * (§15.3.7.2), others with the whole: nothing here writes `multipart/byteranges`. What is malformed is ignored.
 */
export function decideRange(requestHeaders: HeaderReader, stored: StoredRepresentation): RangeDecision {
  const { length } = stored
  const ranges = parseRanges(requestHeaders.get('range'))
  if (ranges === undefined || !meetsIfRange(requestHeaders.get('if-range'), stored.headers)) return WHOLE
  // §14.1.2: a suffix of an empty representation is satisfiable, and there is no 206 that could say so.
  if (length === 0 && ranges.some(({ suffix }) => suffix > 0)) return WHOLE

  const spans = ranges.map((range) => toSpan(range, length)).filter((span) => span !== undefined)
  if (spans.length === 0) return { kind: 'unsatisfiable', contentRange: `bytes */${length}` }
  const span = coalesce(spans)
  if (span === undefined) return WHOLE
  return { kind: 'part', ...span, contentRange: `bytes ${span.start}-${span.end}/${length}` }
}

/** From `first` to `last`, or the last `suffix` bytes, where that is not 0. */
interface RangeSpec {
  readonly first: number
  readonly last: number
  readonly suffix: number
}

/** RFC 9110 §14.1.1; `undefined` where the field is absent, malformed, in another unit or in too many pieces. */
function parseRanges(value: string | null | undefined): RangeSpec[] | undefined {
  const set = /^bytes=([\d \t,-]*)$/i.exec(value?.trim() ?? '')?.[1]
  const members = (set ?? '').split(',', MAX_RANGES + 1).map((member) => member.trim())
  const ranges = members.filter(Boolean).map(parseRange)
  const areValid = ranges.length > 0 && ranges.every((range) => range !== undefined)
  return areValid && members.length <= MAX_RANGES ? ranges : undefined
}

function parseRange(text: string): RangeSpec | undefined {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(text) ?? []
  if (first === '') {
    // "-0" is well formed, and no representation has such a part.
    return last === '' ? undefined : { first: Number.POSITIVE_INFINITY, last: 0, suffix: Number(last) }
  }
  // More digits than a number holds read as Infinity, which lies beyond every end.
  const range = {
    first: Number(first),
    last: last === '' ? Number.POSITIVE_INFINITY : Number(last),
    suffix: 0,
  }
  return range.last < range.first ? undefined : range
}

/** RFC 9110 §14.1.2: what reaches beyond the end is cut; `undefined` where nothing is left. */
function toSpan({ first, last, suffix }: RangeSpec, length: number): Span | undefined {
  const start = suffix > 0 ? Math.max(0, length - suffix) : first
  return start < length ? { start, end: suffix > 0 ? length - 1 : Math.min(last, length - 1) } : undefined
}

/** The one range that all of them make up together; `undefined` where there is a gap. */
function coalesce(spans: readonly Span[]): Span | undefined {
  const [head, ...rest] = [...spans].sort((a, b) => a.start - b.start)
  let whole = head
  for (const { start, end } of rest) {
    if (whole === undefined || start > whole.end + 1) return undefined
    whole = { start: whole.start, end: Math.max(whole.end, end) }
  }
  return whole
}

/** RFC 9110 §13.1.5: where the condition fails, or can't be read, the whole is sent. */
function meetsIfRange(ifRange: string | null | undefined, stored: HeaderReader): boolean {
  if (ifRange === null || ifRange === undefined) return true
  const validator = ifRange.trim()
  if (strongMatch(validator, stored.get('etag')?.trim() ?? '')) return true
  const modifiedMs = parseHttpDate(stored.get('last-modified'))
  const dateMs = parseHttpDate(stored.get('date'))
  // §8.8.2.2: in the second in which it was made, a representation may have changed again unnoticed.
  const isStrong = modifiedMs !== undefined && dateMs !== undefined && dateMs - modifiedMs >= 1_000
  return isStrong && parseHttpDate(validator) === modifiedMs
}
