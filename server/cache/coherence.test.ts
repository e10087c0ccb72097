import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import type { CacheEvent } from './cache-event.ts'
import { createTieredCache } from './tiered-cache.ts'

const KEYS = ['product:1', 'product:2', 'user:1'] as const
type Key = (typeof KEYS)[number]

const GROUPS: Readonly<Record<Key, string>> = { 'product:1': 'a', 'product:2': 'a', 'user:1': 'b' }

type Step =
  | { readonly kind: 'read'; readonly key: Key; readonly takesStale: boolean }
  | {
      readonly kind: 'write'
      readonly key: Key
      readonly by: 'keys' | 'groups' | 'prefixes'
      readonly mode: 'delete' | 'expire'
    }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      key: fc.constantFrom(...KEYS),
      takesStale: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      key: fc.constantFrom(...KEYS),
      by: fc.constantFrom('keys' as const, 'groups' as const, 'prefixes' as const),
      mode: fc.constantFrom('delete' as const, 'expire' as const),
    }),
  },
)

const invalidationOf = (key: Key, by: 'keys' | 'groups' | 'prefixes') =>
  ({
    keys: { keys: [key] },
    groups: { groups: [GROUPS[key]] },
    prefixes: { prefixes: [key.slice(0, key.indexOf(':') + 1)] },
  })[by]

it('no read that begins after an acknowledged invalidation sees what was there before, unless it was expired and the read takes what is stale, in any interleaving', async () => {
  let reads = 0
  let stale = 0
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 2, maxLength: 20 }),
      fc.boolean(),
      async (scheduler, steps, hasL2) => {
        const served: CacheEvent[] = []
        const l2 = hasL2 ? memoryDriver() : undefined
        const onEvent = (event: CacheEvent) => void (event.type === 'stale-served' && served.push(event))
        const cache = createTieredCache({ onEvent, l2 })
        const rows = new Map<Key, number>(KEYS.map((key) => [key, 0]))
        // What the last acknowledged invalidation of a key made known, and the last one that deleted.
        const promised = new Map<Key, number>(KEYS.map((key) => [key, 0]))
        const deleted = new Map<Key, number>(KEYS.map((key) => [key, 0]))

        const read = async (key: Key, takesStale: boolean) => {
          const atLeast = promised.get(key) ?? 0
          const evenStale = deleted.get(key) ?? 0
          const servedBefore = served.length
          const value = await cache.getOrSet(
            key,
            async () => {
              // The row is read, and then the answer takes its time.
              const row = await scheduler.schedule(Promise.resolve()).then(() => rows.get(key) ?? 0)
              return scheduler.schedule(Promise.resolve(row))
            },
            { groups: [GROUPS[key]], ...(takesStale ? { staleWhileRevalidate: '1h' } : {}) },
          )
          reads += 1
          expect(value).toBeGreaterThanOrEqual(takesStale ? evenStale : atLeast)
          if (value >= atLeast) return
          // Given as what it is.
          stale += 1
          expect(served.length).toBeGreaterThan(servedBefore)
        }
        const change = async ({ key, by, mode }: Step & { readonly kind: 'write' }) => {
          const row = (rows.get(key) ?? 0) + 1
          rows.set(key, row)
          await cache.invalidate({ ...invalidationOf(key, by), mode })
          promised.set(key, Math.max(row, promised.get(key) ?? 0))
          if (mode === 'delete') deleted.set(key, Math.max(row, deleted.get(key) ?? 0))
        }
        const running = steps.map((each) =>
          scheduler
            .schedule(Promise.resolve())
            .then(() => (each.kind === 'read' ? read(each.key, each.takesStale) : change(each))),
        )
        await scheduler.waitFor(Promise.all(running))
        await cache.close()
      },
    ),
    { numRuns: 2_000, seed: SEED },
  )
  expect(reads).toBeGreaterThan(5_000)
  expect(stale).toBeGreaterThan(20)
})
