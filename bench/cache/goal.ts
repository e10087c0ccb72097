/** What was aimed at, and what it came to. */
export interface Goal {
  readonly name: string
  readonly measured: string
  readonly verdict: 'met' | 'not met' | 'not measured'
}

export function judge(
  name: string,
  found: number | undefined,
  isMet: (found: number) => boolean,
  format: (found: number) => string,
): Goal {
  if (found === undefined) return { name, measured: '-', verdict: 'not measured' }
  return { name, measured: format(found), verdict: isMet(found) ? 'met' : 'not met' }
}
