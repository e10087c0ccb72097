import { median } from '../median.ts'

/** The figures of one variant: one for each round, in order. */
export type Rounds = readonly number[]

/** A ratio of two variants, and how far it went from round to round. */
export interface Ratio {
  readonly middle: number
  readonly lowest: number
  readonly highest: number
}

/** The value below which this share of the others lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/**
 * The median of the ratios within each round, not the ratio of the medians: what slows the machine in a round slows both.
 * `undefined` where one was not measured.
 */
export function ratioOf(subject: Rounds, base: Rounds): Ratio | undefined {
  const ratios = subject.flatMap((value, round) => {
    const other = base[round]
    return other === undefined ? [] : [value / other]
  })
  if (ratios.length === 0) return undefined
  return { middle: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

export interface Goal {
  readonly name: string
  readonly ratio: Ratio | undefined
  readonly most: number
}

export function verdictOf({ most, ratio }: Goal): 'met' | 'not met' | 'not measured' {
  if (ratio === undefined) return 'not measured'
  return ratio.middle <= most ? 'met' : 'not met'
}
