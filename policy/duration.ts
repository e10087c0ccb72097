import { ThermoclineError, describeValue } from './errors.ts'

/** A length of time: milliseconds as a number, or as people write it: `'90s'`, `'5m'`, `'5 minutes'`, `'1h'`, `'1d'`, `'1y'`. */
export type Duration = number | string

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // RFC 9111 has no year; the field's custom of 365 days is what `max-age=31536000` means.
  y: 31_536_000_000,
}

const UNIT_NAMES: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  msec: 'ms',
  second: 's',
  sec: 's',
  minute: 'm',
  min: 'm',
  hour: 'h',
  day: 'd',
  week: 'w',
  year: 'y',
}

/**
 * Milliseconds in a duration.
 * Throws `duration-invalid` for anything that is not a whole, non-negative length of time.
 */
export function parseDuration(duration: Duration, option = 'duration'): number {
  const ms = typeof duration === 'number' ? duration : parseText(duration)
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new ThermoclineError(
      'duration-invalid',
      `\`${option}\` is ${describeValue(duration)}, which is no length of time. ` +
        "Write milliseconds as a whole number, or a text such as '90s', '5m', '1h 30m' or '1d'.",
    )
  }
  return ms
}

/** Whole seconds in a duration, as HTTP fields need them. Throws `duration-invalid` where a part of a second is left over. */
export function parseSeconds(duration: Duration, option = 'duration'): number {
  const ms = parseDuration(duration, option)
  if (ms % 1_000 !== 0) {
    throw new ThermoclineError(
      'duration-invalid',
      `\`${option}\` is ${describeValue(duration)}, but HTTP counts lifetimes in whole seconds. Write a multiple of 1000 ms.`,
    )
  }
  return ms / 1_000
}

function parseText(text: unknown): number {
  if (typeof text !== 'string') return Number.NaN
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/giy)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.trim()) return Number.NaN
  let total = 0
  for (const [, amount, unit] of parts) {
    const word = (unit ?? '').toLowerCase()
    const short = UNIT_NAMES[word] ?? UNIT_NAMES[word.replace(/s$/, '')] ?? word
    total += Number(amount) * (Object.hasOwn(UNIT_MS, short) ? (UNIT_MS[short] ?? Number.NaN) : Number.NaN)
  }
  return Math.round(total)
}
