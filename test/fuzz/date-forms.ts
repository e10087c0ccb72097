/** The three forms of an HTTP date (RFC 9110 §5.6.7), written and read apart from policy/. */

const FIXDATE = /^[a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d gmt$/i
const RFC_850 = /^[a-z]{6,9}, \d\d-[a-z]{3}-\d\d \d\d:\d\d:\d\d gmt$/i
const ASCTIME = /^[a-z]{3} [a-z]{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/i
const LONG_DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The obsolete forms of a time, and the current one in lower case. */
export function otherForms(timeMs: number): string[] {
  const time = new Date(timeMs)
  const [weekday = '', day = '', month = '', year = '', clock = ''] = time.toUTCString().split(/,? /)
  return [
    `${LONG_DAYS[time.getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${clock} GMT`,
    `${weekday} ${month} ${day.replace(/^0/, ' ')} ${clock} ${year}`,
    time.toUTCString().toLowerCase(),
  ]
}

/** Milliseconds since the epoch. Years of two digits are read as the engine does: as one from 1950 on. */
export function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (FIXDATE.test(text) || RFC_850.test(text)) return Date.parse(text)
  // The engine takes this one for local time.
  return ASCTIME.test(text) ? Date.parse(`${text} GMT`) : undefined
}
