/** Lifetimes as `publicData` takes them. */
export interface AdvisedLifetimes {
  readonly browser: string
  readonly cdn: string
  readonly l2: string
}

const STEPS: readonly (readonly [seconds: number, text: string])[] = [
  [86_400, '1d'],
  [43_200, '12h'],
  [21_600, '6h'],
  [3_600, '1h'],
  [1_800, '30m'],
  [900, '15m'],
  [300, '5m'],
  [60, '1m'],
  [30, '30s'],
  [10, '10s'],
  [5, '5s'],
  [1, '1s'],
]

/**
 * Lifetimes for what is written every so often. L2 hears of each write and may keep a value about as long as one lasts; a CDN that is not told
 * a third of that, and a browser, whose copy nobody can take back, a tenth.
 */
export function adviseLifetimes(secondsPerWrite: number): AdvisedLifetimes {
  return {
    browser: stepOf(Math.min(secondsPerWrite / 10, 300)),
    cdn: stepOf(Math.min(secondsPerWrite / 3, 3_600)),
    l2: stepOf(Math.max(secondsPerWrite, 60)),
  }
}

function stepOf(seconds: number): string {
  return STEPS.find(([least]) => least <= seconds)?.[1] ?? '1s'
}
