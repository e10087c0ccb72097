import * as fc from 'fast-check'
import { it } from 'vitest'

/** A test that must hold for any values that the arbitraries make. */
export function property<T extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  predicate: (...values: T) => void,
): void {
  it(name, () => {
    fc.assert(fc.property(...arbitraries, predicate), { numRuns: 1_000 })
  })
}
