import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import { createTieredCache } from './tiered-cache.ts'

const KEYS = ['product:1', 'product:2', 'user:1'] as const
type Key = (typeof KEYS)[number]

const GROUPS: Readonly<Record<Key, string>> = { 'product:1': 'a', 'product:2': 'a', 'user:1': 'b' }

type Step =
  | { readonly kind: 'read'; readonly key: Key }
  | { readonly kind: 'write'; readonly key: Key; readonly by: 'keys' | 'groups' | 'prefixes' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read' as const), key: fc.constantFrom(...KEYS) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      key: fc.constantFrom(...KEYS),
      by: fc.constantFrom('keys' as const, 'groups' as const, 'prefixes' as const),
    }),
  },
)

const invalidationOf = (key: Key, by: 'keys' | 'groups' | 'prefixes') =>
  ({
    keys: { keys: [key] },
    groups: { groups: [GROUPS[key]] },
    prefixes: { prefixes: [key.slice(0, key.indexOf(':') + 1)] },
  })[by]

it('no read that begins after an acknowledged invalidation sees what was there before, in any interleaving', async () => {
  let reads = 0
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 2, maxLength: 20 }),
      async (scheduler, steps) => {
        const cache = createTieredCache()
        const rows = new Map<Key, number>(KEYS.map((key) => [key, 0]))
        // What the last acknowledged invalidation of a key made known.
        const promised = new Map<Key, number>(KEYS.map((key) => [key, 0]))

        const read = async (key: Key) => {
          const atLeast = promised.get(key) ?? 0
          const value = await cache.getOrSet(
            key,
            async () => {
              // The row is read, and then the answer takes its time.
              const row = await scheduler.schedule(Promise.resolve()).then(() => rows.get(key) ?? 0)
              return scheduler.schedule(Promise.resolve(row))
            },
            { groups: [GROUPS[key]] },
          )
          reads += 1
          expect(value).toBeGreaterThanOrEqual(atLeast)
        }
        const write = async (key: Key, by: 'keys' | 'groups' | 'prefixes') => {
          const row = (rows.get(key) ?? 0) + 1
          rows.set(key, row)
          await cache.invalidate(invalidationOf(key, by))
          promised.set(key, Math.max(row, promised.get(key) ?? 0))
        }
        const running = steps.map((next) =>
          scheduler
            .schedule(Promise.resolve())
            .then(() => (next.kind === 'read' ? read(next.key) : write(next.key, next.by))),
        )
        await scheduler.waitFor(Promise.all(running))
        await cache.close()
      },
    ),
    { numRuns: 2_000, seed: SEED },
  )
  expect(reads).toBeGreaterThan(5_000)
})
