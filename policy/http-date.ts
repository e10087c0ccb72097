const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'
const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{2}) ([a-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/i

/**
 * Milliseconds since the epoch of an HTTP date, or `undefined` where the text is none.
 *
 * Only IMF-fixdate is read (RFC 9110 §5.6.7), in any case; for the obsolete forms see `parseAnyHttpDate`. `Date.parse`
 * accepts far more, and a cache that takes a malformed `Expires` for a date keeps what RFC 9111 §5.3 wants treated as
 * already expired.
 */
export function parseHttpDate(value: string | null | undefined): number | undefined {
  const match = IMF_FIXDATE.exec(value ?? '')
  if (match === null) return undefined
  const [, day, month, year, hours, minutes, seconds] = match
  const monthIndex = MONTHS.indexOf((month ?? '').toLowerCase()) / 3
  if (!Number.isInteger(monthIndex)) return undefined
  const midnight = new Date(Date.UTC(Number(year), monthIndex, Number(day)))
  // Date.UTC rolls 31 February over into March, and takes the year 94 for 1994; such texts name no day. 23:59:60 is a
  // leap second, and rolls over into the next day rightly.
  const isReal =
    midnight.getUTCDate() === Number(day) &&
    midnight.getUTCFullYear() === Number(year) &&
    Number(hours) < 24 &&
    Number(minutes) < 60 &&
    Number(seconds) < 61
  return isReal
    ? midnight.getTime() + (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000
    : undefined
}
