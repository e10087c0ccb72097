import { parseHttpDate } from './http-date.ts'

const RFC_850 =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d{2})-([a-z]{3})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/i
const ASCTIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([a-z]{3}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/i
const FIFTY_YEARS_MS = 50 * 365.25 * 24 * 3_600_000

/**
 * Milliseconds since the epoch of an HTTP date in any of the three forms that a recipient must read (RFC 9110 §5.6.7),
 * or `undefined` where the text is none.
 *
 * A year of two digits that would lie more than 50 years after `nearMs` is one of the century before.
 */
export function parseAnyHttpDate(value: string | null | undefined, nearMs: number): number | undefined {
  const text = value ?? ''
  const [, day, month, shortYear, time] = RFC_850.exec(text) ?? []
  if (shortYear === undefined) {
    const [, month, day, time, year] = ASCTIME.exec(text) ?? []
    return parseHttpDate(day === undefined ? text : fixdate(day.replace(' ', '0'), month, year, time))
  }
  const century = Math.floor(new Date(nearMs).getUTCFullYear() / 100)
  const candidates = [century + 1, century, century - 1].map((hundreds) =>
    parseHttpDate(fixdate(day, month, `${hundreds}${shortYear}`, time)),
  )
  return candidates.find((ms) => ms !== undefined && ms <= nearMs + FIFTY_YEARS_MS)
}

/** The name of the weekday says nothing that the date doesn't. */
function fixdate(day?: string, month?: string, year?: string, time?: string): string {
  return `Mon, ${day} ${month} ${year} ${time} GMT`
}
