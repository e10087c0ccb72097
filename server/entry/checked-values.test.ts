import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { CacheEvent } from '../cache/cache-event.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { memoryDriver } from '../l2/memory-driver.ts'
import { defineEntry } from './define-entry.ts'

const caches: TieredCache[] = []
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close()
})

/** A cache of this process alone, whose time stands still. */
function makeCache(options: { values?: 'frozen' | 'cloned' } = {}) {
  const time = { now: 1_000_000 }
  const events: CacheEvent[] = []
  const cache = createTieredCache({
    ...options,
    l2: memoryDriver(),
    jitter: 0,
    clock: () => time.now,
    onEvent: (event) => events.push(event),
  })
  caches.push(cache)
  return { cache, time, events }
}

const key = (id: number) => id
const schema = z.object({ cents: z.number() })
const wrong = { cents: 'many' } as unknown as { cents: number }

it('a loader whose value does not fit has failed, for all who wait', async () => {
  const { cache, events } = makeCache()
  const prices = cache.entry(defineEntry({ name: 'price', key, schema }))
  const asked = await Promise.allSettled(
    [1, 2, 3].map(() => prices.getOrSet(1, async () => Promise.resolve(wrong))),
  )
  expect(asked.map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(events.filter((event) => event.type === 'load')).toMatchObject([
    { key: 'price:1', outcome: 'failed' },
  ])
  expect(cache.status().l1.entries).toBe(0)
})

it('a loader whose value does not fit gives way to a stale value that may stand in', async () => {
  const { cache, time } = makeCache()
  const prices = cache.entry(
    defineEntry({ name: 'price', key, schema, l1: '1s', l2: '1s', staleIfError: '1m', earlyRefresh: 0 }),
  )
  await prices.getOrSet(1, () => ({ cents: 5 }))
  time.now += 2_000
  expect(await prices.getOrSet(1, () => wrong)).toEqual({ cents: 5 })
})

it('a batch of which one value does not fit is kept by nobody', async () => {
  const { cache } = makeCache()
  const prices = cache.entry(defineEntry({ name: 'price', key, schema }))
  const loading = prices.getOrSetMany([1, 2], () => [{ cents: 5 }, wrong])
  await expect(loading).rejects.toMatchObject({
    code: 'value-invalid',
    message: expect.stringContaining('price:2') as string,
  })
  expect(await prices.getMany([1, 2])).toEqual([undefined, undefined])
})

it('a value that L2 could not give back stays in L1, whatever the schema makes of it', async () => {
  const { cache, events } = makeCache()
  const text = z.date().transform((date) => date.toISOString())
  const days = cache.entry(defineEntry({ name: 'day', key, schema: text }))
  expect(await days.getOrSet(1, () => new Date(0))).toBe('1970-01-01T00:00:00.000Z')
  expect(days.peek(1)).toBe('1970-01-01T00:00:00.000Z')
  expect(events).toContainEqual(expect.objectContaining({ type: 'not-stored', key: 'day:1' }))
})

it('a value of which the schema makes nothing is not kept', async () => {
  const { cache } = makeCache()
  const maybe = z.number().transform((value) => (value > 0 ? value : undefined))
  const counts = cache.entry(defineEntry({ name: 'count', key, schema: maybe }))
  expect(await counts.getOrSet(1, () => -1)).toBeUndefined()
  expect(await counts.getOrSet(1, () => 4)).toBe(4)
  expect(counts.peek(1)).toBe(4)
})

it('what a codec carries is what the schema takes, and it weighs what the schema makes', async () => {
  const { cache, time } = makeCache()
  const weighed: unknown[] = []
  const bytes = z.instanceof(Uint8Array).transform((given) => ({ size: given.length }))
  const files = cache.entry(
    defineEntry({
      name: 'file',
      key,
      schema: bytes,
      l1: '1s',
      codec: {
        encode: (given) => given,
        decode: (stored) => new Uint8Array(stored),
        sizeOf: (made) => weighed.push(made),
      },
    }),
  )
  await files.set(1, new Uint8Array([1, 2, 3]))
  expect(weighed).toEqual([{ size: 3 }])
  time.now += 1_500
  expect(files.peek(1)).toBeUndefined()
  expect(await files.get(1)).toEqual({ size: 3 })
})

it.each([
  ['frozen', true],
  ['cloned', false],
] as const)('what a loader gave is %s as the cache has it', async (values, isFrozen) => {
  const { cache } = makeCache({ values })
  const lists = cache.entry(
    defineEntry({ name: 'list', key, schema: z.object({ all: z.array(z.number()) }) }),
  )
  const given = { all: [1, 2] }
  const made = await lists.getOrSet(1, () => given)
  expect(made).toEqual(given)
  expect(made).not.toBe(given)
  expect(Object.isFrozen(given)).toBe(isFrozen)
  expect(Object.isFrozen(lists.peek(1))).toBe(isFrozen)
})

it('options that the parameters have no say in are looked at once', async () => {
  const { cache } = makeCache()
  let looks = 0
  const definition = defineEntry({ name: 'price', key, schema, groups: (value) => [`cents-${value.cents}`] })
  const counted = new Proxy(definition.options, {
    ownKeys: (target) => {
      looks += 1
      return Reflect.ownKeys(target)
    },
  })
  const prices = cache.entry({ ...definition, options: counted })
  expect(looks).toBe(1)
  await prices.set(1, { cents: 5 })
  await prices.getOrSet(2, () => ({ cents: 6 }))
  expect(looks).toBe(1)
  await cache.invalidate({ groups: ['cents-5'] })
  expect([prices.peek(1), prices.peek(2)]).toEqual([undefined, { cents: 6 }])
})
