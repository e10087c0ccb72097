/**
 * Whether who is at one place in the invalidation log has heard all that is heard at another: `17` is behind `9`. `17-a` can't be compared with
 * `9-b`, which is a place in another log, nor `17~x` with `9~y`, where another user's own groups have been heard too; after a `.` it says up
 * to where those have been, and both must be at or behind the other's.
 */
export function hasReached(cursor: string | undefined, other: string | undefined): boolean {
  const [number, whose, own] = split(cursor)
  const [otherNumber, otherWhose, otherOwn] = split(other)
  return whose === otherWhose && number >= otherNumber && own >= otherOwn
}

/** What is no cursor is `NaN`, which has reached nothing. */
function split(cursor = ''): [number: number, whose: string | undefined, own: number] {
  const [, number, whose, own = number] = /^(\d+)(.*?)(?:\.(\d+))?$/.exec(cursor) ?? []
  return [Number(number), whose, Number(own)]
}
