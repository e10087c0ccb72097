import * as fc from 'fast-check'
import { it } from 'vitest'

/** The same values in every run: a new failure is then due to a change. `FUZZ_SEED` for other ones. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? 9111)
/** How many values each property is put to. A mutation check, with thousands of rounds, takes fewer. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1_000)

/** A test that must hold for any values that the arbitraries make. */
export function property<T extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  predicate: (...values: T) => void,
): void {
  it(name, () => {
    fc.assert(fc.property(...arbitraries, predicate), { numRuns: RUNS, seed: SEED })
  })
}
