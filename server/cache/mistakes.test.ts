import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { memoryDriver } from '../l2/memory-driver.ts'
import { type TieredCache, createTieredCache } from './tiered-cache.ts'

const mistake = (message: RegExp, code = 'option-invalid') =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string })

/** What an ioredis client looks like, without a connection. */
const client = { status: 'wait', call: () => {}, callBuffer: () => {}, get: () => {}, set: () => {} }

describe('createTieredCache', () => {
  it.each<[object, RegExp]>([
    [{ l1: { max: 5 } }, /`l1` has no option `max`\. It takes `maxEntries`, `maxBytes`/],
    [{ l1: '64MB' }, /`l1` was given "64MB"/],
    [{ l1: null }, /`l1` was given null/],
    [{ l1: [5] }, /`l1` was given an array of 1/],
    [{ policies: [] }, /policies are an array of 0/],
    [{ policies: { product: { l1: '1m' } } }, /policy `product` is an object.*preset/],
    [{ onEvent: true }, /`onEvent` is true\. Give a function/],
    [{ clock: 5 }, /`clock` is 5\. Give a function/],
    [{ random: 0.5 }, /`random` is 0\.5\. Give a function/],
    [{ polices: {} }, /no option `polices`\. Did you mean `policies`\?/],
    [{ l2: client }, /`l2` is an object without `getMany`.*An ioredis client goes in `redis`/],
    [{ l2: 'redis://x' }, /`l2` is "redis:\/\/x"\. Give a driver/],
    [
      { l2: { get: () => {}, set: () => {}, isReady: true } },
      /without `getMany`, `setMany`, `delete`, `close`, `name`, `maxKeyBytes`, `maxValueBytes`\. Give a driver/,
    ],
    [{ l2: { ...memoryDriver(), name: 'x' } }, /without `get`/],
  ])('refuses %j', (options, message) => {
    expect(() => createTieredCache(options)).toThrow(mistake(message))
  })

  it('does not set a lazy client of a driver going', async () => {
    const isReady = vi.fn<() => boolean>(() => true)
    const l2 = Object.defineProperty(memoryDriver(), 'isReady', { get: isReady })
    const cache = createTieredCache({ l2 })
    expect(isReady).not.toHaveBeenCalled()
    await cache.close()
  })
})

describe('a call that can not be meant', () => {
  let cache: TieredCache
  beforeEach(() => {
    cache = createTieredCache({ l2: memoryDriver() })
  })
  afterEach(() => cache.close())
  const load = () => 1

  it.each<[string, (calls: TieredCache) => unknown, RegExp]>([
    [
      'a misspelt option',
      (calls) => calls.getOrSet('k', load, { polisy: 'x' } as object),
      /Did you mean `policy`\?/,
    ],
    ['no object', (calls) => calls.getOrSet('k', load, 'product' as never), /given "product"/],
    ['null', (calls) => calls.getOrSet('k', load, null as never), /given null/],
    [
      'a schema',
      (calls) => calls.getOrSet('k', load, { schema: z.object({}) } as never),
      /Schemas go in `defineEntry`/,
    ],
    [
      'half of a definition',
      (calls) => calls.getOrSet('k', load, { admit: load } as never),
      /no option `admit`/,
    ],
    [
      'groups that are none',
      (calls) => calls.getOrSet('k', load, { groups: 'x' as never }),
      /`groups` is "x"/,
    ],
    [
      'one group for many',
      (calls) => calls.invalidate({ group: ['a'] } as object),
      /no option `group`. Did you mean `groups`/,
    ],
    ['no loader', (calls) => calls.getOrSet('k', undefined as never), /loader of "k" is undefined/],
    ['a value for a loader', (calls) => calls.getOrSet('k', 42 as never), /loader of "k" is 42/],
    ['no loader of many', (calls) => calls.getOrSetMany(['k'], 42 as never), /loader of a batch is 42/],
    [
      'lifetimes that are none',
      (calls) => calls.getOrSet('k', load, { lifetimes: 5 as never }),
      /`lifetimes` is 5/,
    ],
    [
      'a read with an option that nothing has',
      (calls) => calls.get('k', { stale: 1 } as object),
      /An entry has no option `stale`/,
    ],
    [
      'many such reads',
      (calls) => calls.getMany(['k'], { ttl: 1 } as object),
      /An entry has no option `ttl`/,
    ],
    ['a text to invalidate', (calls) => calls.invalidate('x' as never), /`invalidate` was given "x".*`keys`/],
    [
      'nothing to invalidate',
      (calls) => calls.invalidate(undefined as never),
      /`invalidate` was given undefined/,
    ],
    ['a list to invalidate', (calls) => calls.invalidate(['x'] as never), /given an array of 1/],
    [
      'no start of a load',
      (calls) => calls.keep('k', 1, undefined as never),
      /given undefined for the start.*beginLoad/,
    ],
    [
      'half a start of a load',
      (calls) => calls.keep('k', 1, { tick: 1 } as never),
      /given an object for the start/,
    ],
    ['a duration to be ready in', (calls) => calls.ready('1s' as never), /`timeoutMs` is "1s".*2_000/],
    ['a wait that no timer can do', (calls) => calls.ready(2 ** 31), /`timeoutMs` is 2147483648/],
  ])('is refused: %s', async (_what, call, message) => {
    await expect(call(cache)).rejects.toThrow(mistake(message))
  })

  it('is refused by a message without what only `defineEntry` gives', async () => {
    const error = await cache.getOrSet('k', load, { ttl: 5 } as object).catch((reason: Error) => reason)
    expect(error).toMatchObject({
      message: expect.stringMatching(/no option `ttl`\. It takes `policy`/) as string,
    })
    expect(String(error)).not.toMatch(/schema|admit|prepare/)
  })

  it('is no load that failed', async () => {
    await expect(cache.getOrSet('k', 42 as never)).rejects.toThrow('loader')
    await expect(cache.getOrSetMany(['k'], 42 as never)).rejects.toThrow('loader')
    expect(cache.stats().policies).toEqual([])
  })

  it('says so where a policy is named and there are none', async () => {
    await expect(cache.getOrSet('k', load, { policy: 'product' })).rejects.toThrow(
      mistake(/no policy "product": none were given.*createTieredCache\(\{ policies \}\)/, 'policy-unknown'),
    )
  })

  it('and still gives the value that a loader brought', async () => {
    const events: unknown[] = []
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const watched = createTieredCache({ onEvent: (event) => events.push(event) })
    expect(await watched.getOrSet('a', load, { lifetimes: () => 5_000 as never })).toBe(1)
    expect(await watched.getOrSet('b', load, { lifetimes: () => ({ ttl: 1 }) as object })).toBe(1)
    const refused = (key: string, reason: RegExp) =>
      expect.objectContaining({
        type: 'not-stored',
        key,
        code: 'option-invalid',
        reason: expect.stringMatching(reason) as string,
      }) as unknown
    expect(events).toContainEqual(refused('a', /`lifetimes` gave 5000\. Give an object/))
    expect(events).toContainEqual(refused('b', /no option `ttl`\. It takes `l1`, `l2`/))
    expect([watched.peek('a'), watched.peek('b')]).toEqual([undefined, undefined])
    warn.mockRestore()
    await watched.close()
  })

  it.each([
    [
      'numbers for texts',
      new Map<unknown, string>([[1, 'a']]),
      /for 2 keys gave a Map with none of them: it has 1 and was asked for "1"/,
    ],
    ['other keys', new Map<unknown, string>([['product:1', 'a']]), /it has "product:1"/],
  ])('refuses what a batch loader brings under %s, and keeps nothing', async (_what, values, message) => {
    await expect(cache.getOrSetMany(['1', '2'], () => values as never)).rejects.toThrow(mistake(message))
    expect(await cache.getOrSetMany(['1', '2'], () => new Map())).toEqual([undefined, undefined])
    const more = new Map([
      ['2', 'b'],
      ['3', 'c'],
    ])
    expect(await cache.getOrSetMany(['1', '2'], () => more)).toEqual([undefined, 'b'])
  })
})
