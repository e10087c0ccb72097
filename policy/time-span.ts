const UNITS: readonly (readonly [string, number])[] = [
  ['y', 31_536_000],
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]

/** Seconds as people say them, in the two largest units that they fill: `60 s`, `5 min`, `1 d 2 h`. */
export function formatSpan(seconds: number): string {
  const whole = Math.trunc(seconds)
  // A minute or two read best as what the header says.
  if (whole < 120) return `${whole} s`
  const at = UNITS.findIndex(([, size]) => whole >= size)
  let rest = whole
  const parts = UNITS.slice(at, at + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? '' : `${count} ${unit}`
  })
  return parts.filter(Boolean).join(' ')
}

/** Seconds to compare with a header, and as people say them: `300 s (5 min)`. */
export function formatSeconds(seconds: number): string {
  const plain = `${seconds} s`
  const span = formatSpan(seconds)
  return plain === span ? plain : `${plain} (${span})`
}

/** Whole seconds up to a moment, rounded up, as ages are rounded down: together they are the lifetime. */
export function secondsLeft(untilMs: number, nowMs: number): number {
  return Math.ceil((untilMs - nowMs) / 1_000)
}
