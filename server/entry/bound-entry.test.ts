import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { publicData } from '../../policy/index.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { CacheEvent } from '../cache/cache-event.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { defineEntry } from './define-entry.ts'
import type { StandardSchema } from './standard-schema.ts'

let server: RedisServer
let inspector: Redis
const cleanUp: (() => unknown)[] = []

beforeAll(async () => {
  server = await RedisServer.start()
  inspector = new Redis(server.url)
})
afterAll(async () => {
  inspector.disconnect()
  await server.kill()
})
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
  await inspector.flushall()
})

/** A cache of one process; two of them are two processes that share L2. */
async function makeCache() {
  const redis = new Redis(server.url)
  const events: CacheEvent[] = []
  const cache = createTieredCache({
    redis,
    policies: { product: publicData({ l1: '1m', l2: '5m' }) },
    onEvent: (event) => events.push(event),
  })
  cleanUp.push(
    () => redis.disconnect(),
    () => cache.close(),
  )
  expect(await cache.ready(5_000)).toBe(true)
  return { cache, events }
}

/** What L2 has under keys of ours; the log and leases are elsewhere. */
/** Leases, which are given back in their own time, live beside the values. */
const keysInL2 = async () => (await inspector.keys('*:v:*')).filter((key) => !key.includes(':lease:'))
const stored = (key: string) =>
  waitUntil(async () => (await keysInL2()).some((name) => name.endsWith(`{${key}}`)), `${key} in L2`)

const product = defineEntry({
  name: 'product',
  key: (id: number) => id,
  schema: z.object({ id: z.number(), name: z.string() }),
  policy: 'product',
  groups: (value, id) => [`product-${id}`, `name-${value.name}`],
})
const pear = { id: 1, name: 'pear' }

describe('an entry', () => {
  it('is loaded once, and then read by every way there is', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    expect(products.peek(1)).toBeUndefined()
    expect(await products.get(1)).toBeUndefined()
    let loads = 0
    const load = () => ({ ...pear, loads: (loads += 1) })
    expect(await products.getOrSet(1, load)).toEqual(pear)
    expect(await products.getOrSet(1, load)).toEqual(pear)
    expect(loads).toBe(1)
    expect(products.peek(1)).toEqual(pear)
    expect(await products.get(1)).toEqual(pear)
    expect(await products.get(2)).toBeUndefined()
    expect(products.keyOf(1)).toBe('product:1')
  })

  it('is told its loader the key and may be nothing', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    const keys: string[] = []
    const load = ({ key }: { key: string }) => {
      keys.push(key)
      return undefined
    }
    expect(await products.getOrSet(1, load)).toBeUndefined()
    expect(await products.getOrSet(1, load)).toBeUndefined()
    expect(keys).toEqual(['product:1', 'product:1'])
  })

  it('is set, and let go of by itself, in a list, by group and with all of its kind', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    const others = cache.entry(defineEntry({ name: 'product-list', key: () => [], schema: z.string() }))
    await others.set('pears')
    const put = () => Promise.all([1, 2, 3].map((id) => products.set(id, { id, name: `pear-${id}` })))
    const left = () => [1, 2, 3].filter((id) => products.peek(id) !== undefined)
    await put()
    expect(left()).toEqual([1, 2, 3])
    expect(await products.delete(2)).toMatchObject({ acknowledged: true })
    expect(left()).toEqual([1, 3])
    await products.invalidate([1, 3])
    expect(left()).toEqual([])
    await put()
    await cache.invalidate({ groups: ['product-1', 'name-pear-3'] })
    expect(left()).toEqual([2])
    await products.invalidateAll()
    expect(left()).toEqual([])
    expect(others.peek()).toBe('pears')
  })

  it('that came by itself is kept, unless it was overtaken', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    const start = cache.beginLoad()
    await products.keep(1, pear, start)
    expect(products.peek(1)).toEqual(pear)
    await products.delete(1)
    await products.keep(1, pear, start)
    expect(products.peek(1)).toBeUndefined()
  })

  it('is one of many, and only the missing ones are loaded', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    await products.set(2, { id: 2, name: 'fig' })
    const asked: (readonly number[])[] = []
    const found = await products.getOrSetMany([3, 2, 1, 3], (ids) => {
      asked.push(ids)
      return new Map([[1, pear]])
    })
    expect(asked).toEqual([[3, 1]])
    expect(found).toEqual([undefined, { id: 2, name: 'fig' }, pear, undefined])
    expect(await products.getMany([1, 2, 3])).toEqual([pear, { id: 2, name: 'fig' }, undefined])
    // The groups of each are of its own id.
    await cache.invalidate({ groups: ['product-1'] })
    expect(await products.getMany([1, 2])).toEqual([undefined, { id: 2, name: 'fig' }])
  })

  it('with several parameters is named by lists of them, which a loader may make anew', async () => {
    const { cache } = await makeCache()
    const price = defineEntry({
      name: 'price',
      key: (id: number, currency: string = 'EUR') => [id, currency],
      schema: z.number(),
    })
    const prices = cache.entry(price)
    await prices.set(1, 'USD', 7)
    expect(await prices.getOrSet(1, 'USD', () => 8)).toBe(7)
    expect(prices.peek(1)).toBeUndefined()
    const byId = await prices.getOrSetMany([[1], [1, 'USD'], [2, 'EUR']], () => new Map([[[1, 'EUR'], 5]]))
    expect(byId).toEqual([5, 7, undefined])
    expect(await prices.getOrSetMany([[3], [4]], (ids) => ids.map(([id]) => id * 10))).toEqual([30, 40])
  })

  it('is not loaded by a list of another length, which could only be of something else', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    await expect(products.getOrSetMany([1, 2], () => [pear])).rejects.toMatchObject({
      code: 'option-invalid',
    })
    expect(products.peek(1)).toBeUndefined()
  })
})

describe('a value that does not fit', () => {
  const secret = 'hunter2'

  it('is refused to its loader, which is told where and not what', async () => {
    const schema = v.object({ user: v.object({ age: v.number() }) })
    const { cache } = await makeCache()
    const users = cache.entry(defineEntry({ name: 'user', key: (id: number) => id, schema }))
    const wrong = { user: { age: secret } } as unknown as { user: { age: number } }
    const error = await users.getOrSet(7, () => wrong).catch((reason: Error) => reason)
    expect(error).toMatchObject({
      code: 'value-invalid',
      message: expect.stringMatching(/"user:7".*at "user\.age"/) as string,
    })
    expect(inspect(error, { depth: 9 })).not.toContain(secret)
    await expect(users.set(7, wrong)).rejects.toMatchObject({ code: 'value-invalid' })
    await expect(users.getOrSetMany([7], () => [wrong])).rejects.toMatchObject({ code: 'value-invalid' })
    expect(users.peek(7)).toBeUndefined()
    expect(await keysInL2()).toEqual([])
    expect(await users.getOrSet(7, () => ({ user: { age: 3 } }))).toEqual({ user: { age: 3 } })
  })

  it('counts as missing where L2 has it, and is told of', async () => {
    const old = defineEntry({ name: 'box', key: (id: number) => id, schema: z.object({ size: z.string() }) })
    const today = defineEntry({
      name: 'box',
      key: (id: number) => id,
      schema: z.object({ size: z.number() }),
    })
    const one = await makeCache()
    await one.cache.entry(old).set(1, { size: 'large' })
    await stored('box:1')
    const other = await makeCache()
    const boxes = other.cache.entry(today)
    expect(await boxes.get(1)).toBeUndefined()
    expect(other.events).toContainEqual({ type: 'not-admitted', key: 'box:1', schema: 1 })
    expect(await boxes.getOrSet(1, () => ({ size: 9 }))).toEqual({ size: 9 })
  })

  it('of an earlier version is brought up, and left to whoever still reads it', async () => {
    const key = (id: number) => id
    const euro = z.object({ euro: z.number() })
    const first = defineEntry({ name: 'price', key, schema: euro })
    const second = defineEntry({
      name: 'price',
      key,
      schema: z.object({ cents: z.number() }),
      version: 2,
      migrate: { 1: (old) => ({ cents: euro.parse(old).euro * 100 }) },
    })
    const before = (await makeCache()).cache.entry(first)
    await before.set(1, { euro: 3 })
    await stored('price:1')
    const after = (await makeCache()).cache.entry(second)
    expect(await after.get(1)).toEqual({ cents: 300 })
    const third = (await makeCache()).cache.entry(first)
    expect(await third.get(1)).toEqual({ euro: 3 })
    await after.set(1, { cents: 500 })
    await stored('price:1')
    // In the middle of a deployment: what is newer than this process can read is no error.
    expect(await (await makeCache()).cache.entry(first).get(1)).toBeUndefined()
  })

  it('that is found out by an asynchronous check says so', async () => {
    const late = z.object({ id: z.number().refine(async (id) => Promise.resolve(id > 0)) })
    const { cache } = await makeCache()
    const entries = cache.entry(defineEntry({ name: 'late', key: (id: number) => id, schema: late }))
    await expect(entries.getOrSet(1, () => ({ id: 1 }))).rejects.toMatchObject({
      code: 'option-invalid',
      message: expect.stringContaining('answered with a promise') as string,
    })
  })
})

describe('a schema that transforms', () => {
  const wrap: StandardSchema<string, { readonly text: string; readonly times: number }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        typeof value === 'string'
          ? { value: { text: value, times: value.length } }
          : { issues: [{ message: 'no text' }] },
    },
  }

  it.each([
    ['zod', z.object({ at: z.iso.datetime().transform((text) => new Date(text)) })],
    [
      'valibot',
      v.object({
        at: v.pipe(
          v.string(),
          v.isoTimestamp(),
          v.transform((text) => new Date(text)),
        ),
      }),
    ],
  ])('of %s gives the same from the loader, L1 and L2', async (_library, schema) => {
    const event = defineEntry({ name: 'event', key: (id: number) => id, schema, l1: '1m' })
    const given = { at: '2026-01-02T03:04:05.000Z' }
    const made = { at: new Date(given.at) }
    const here = (await makeCache()).cache.entry(event)
    expect(await here.getOrSet(1, () => given)).toEqual(made)
    expect(here.peek(1)).toEqual(made)
    await stored('event:1')
    const there = (await makeCache()).cache.entry(event)
    expect(await there.get(1)).toEqual(made)
    expect(there.peek(1)).toEqual(made)
  })

  it('never meets what it made', async () => {
    const louder = z.string().transform((text) => `${text}!`)
    const note = defineEntry({ name: 'note', key: (id: number) => id, schema: louder })
    const here = (await makeCache()).cache.entry(note)
    await here.set(1, 'hey')
    await stored('note:1')
    const there = (await makeCache()).cache.entry(note)
    expect(await there.get(1)).toBe('hey!')
    expect(await there.getOrSet(1, () => 'other')).toBe('hey!')
  })

  it('may be written by hand, from one type to another', async () => {
    const text = defineEntry({ name: 'text', key: (id: string) => id, schema: wrap, groups: ['texts'] })
    const here = (await makeCache()).cache.entry(text)
    expect(await here.getOrSet('a', () => 'pear')).toEqual({ text: 'pear', times: 4 })
    await stored('text:a')
    expect(await (await makeCache()).cache.entry(text).get('a')).toEqual({ text: 'pear', times: 4 })
  })
})

describe('cache.entry', () => {
  it('gives the same entries for the same definition, and checks the options at once', async () => {
    const { cache } = await makeCache()
    expect(cache.entry(product)).toBe(cache.entry(product))
    const key = (id: number) => id
    const bind = (options: object) => () =>
      cache.entry(defineEntry({ name: 'odd', key, schema: z.string(), ...options }))
    expect(bind({ policy: 'nope' })).toThrow(expect.objectContaining({ code: 'policy-unknown' }))
    expect(bind({ l1: 'soon' })).toThrow(expect.objectContaining({ code: 'duration-invalid' }))
    expect(bind({ ttl: 7 })).toThrow(expect.objectContaining({ code: 'option-invalid' }))
    expect(bind({ groups: ['A B'] })).toThrow(expect.objectContaining({ code: 'group-invalid' }))
    // None of them has taken the name.
    expect(bind({})).not.toThrow()
  })

  it('refuses a second definition of a name, whose values the first could not read', async () => {
    const { cache } = await makeCache()
    cache.entry(product)
    const again = defineEntry({ name: 'product', key: (id: number) => id, schema: z.string() })
    expect(() => cache.entry(again)).toThrow(
      expect.objectContaining({
        code: 'option-invalid',
        message: expect.stringContaining('"product"') as string,
      }),
    )
  })

  it('refuses a key at the call that has it', async () => {
    const { cache } = await makeCache()
    const products = cache.entry(product)
    const nan = Number.NaN
    const keyInvalid = { code: 'key-invalid' }
    expect(() => products.peek(nan)).toThrow(expect.objectContaining(keyInvalid))
    await expect(products.get(nan)).rejects.toMatchObject(keyInvalid)
    await expect(products.getOrSet(nan, () => pear)).rejects.toMatchObject(keyInvalid)
    await expect(products.set(nan, pear)).rejects.toMatchObject(keyInvalid)
    await expect(products.getMany([nan])).rejects.toMatchObject(keyInvalid)
  })
})
