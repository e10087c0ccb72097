/**
 * Whether one place in the invalidation log is at or behind another: `17` is behind `9`, `17-a` can't be compared with `9-b`, which is
 * a place in another log, and is not.
 */
export function hasReached(cursor: string | undefined, other: string | undefined): boolean {
  const [number, life] = split(cursor)
  const [otherNumber, otherLife] = split(other)
  return life === otherLife && number >= otherNumber
}

/** What is no cursor is `NaN`, which has reached nothing. */
function split(cursor = ''): [number: number, life: string] {
  const at = cursor.indexOf('-')
  return at < 0 ? [Number.parseInt(cursor, 10), ''] : [Number.parseInt(cursor, 10), cursor.slice(at)]
}
