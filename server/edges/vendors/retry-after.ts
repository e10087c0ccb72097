import { parseHttpDate } from '../../../policy/index.ts'

/** A vendor that says more has made a mistake, and must not hold up what is to be purged. */
const LONGEST_MS = 3_600_000

/**
 * When one may ask again, in ms from now: `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), an hour at most; `undefined`
 * where nothing readable is said. A date is measured against the answer's own, since the two clocks may differ.
 */
export function retryAfterMs(fields: Headers, now = Date.now()): number | undefined {
  const text = fields.get('retry-after')?.trim() ?? ''
  if (/^\d{1,15}$/.test(text)) return bounded(Number(text) * 1_000)
  const at = parseHttpDate(text)
  return at === undefined ? undefined : msUntil(at, fields, now)
}

/** The time until an instant that a vendor named, in ms since the epoch, by the vendor's clock where its answer tells it. */
export function msUntil(at: number, fields: Headers, now = Date.now()): number {
  return bounded(at - (parseHttpDate(fields.get('date')) ?? now))
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), LONGEST_MS)
}
