import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { countLeases, useRedisCaches } from '../../test/support/redis-caches.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { L2Driver, L2Leases } from '../l2/l2-driver.ts'
import { redisDriver } from '../l2/redis-driver.ts'
import type { TieredCacheOptions } from './cache-options.ts'
import { createTieredCache } from './tiered-cache.ts'

const caches = useRedisCaches('leases')

/** Far shorter than any lease here: who waits for one that is not given back fails by this. */
const PATIENT = { hardTimeout: '20s' }
/** Where the end of the wait itself would let it load after all: who is stranded is so until the test ends. */
const FOR_EVER = { hardTimeout: 0 }

/** One "process"; with `leases` some of what it asks of them goes by way of the test. */
async function makeCache(
  options: TieredCacheOptions = {},
  leases?: (inner: L2Leases) => Partial<L2Leases>,
  url?: string,
) {
  const opened = await caches.openReady(
    { jitter: 0, leaseMs: '1h', ...options },
    {
      url,
      prepare: (redis) => {
        const inner = redisDriver({ redis, channel: `${caches.namespace()}:wake` })
        const attacked = leases && inner.leases && { leases: over(inner.leases, leases(inner.leases)) }
        return { l2: attacked ? over(inner, attacked) : inner }
      },
    },
  )
  const { redis, events } = opened
  const count = (outcome: 'taken' | 'waited') => countLeases(events, outcome)
  const holds = () => waitUntil(() => count('taken') === 1, 'the lease')
  const waits = () => waitUntil(() => count('waited') > 0, 'another process to wait')
  const isFree = () =>
    waitUntil(async () => (await redis.exists(leaseKey())) === 0, 'the lease to be given back')
  return { ...opened, holds, waits, isFree }
}

const leaseKey = () => `${caches.namespace()}:v:lease:{a}`

function over<T extends object>(inner: T, own: Partial<T>): T {
  return new Proxy(inner, {
    get(target, name) {
      if (name in own) return Reflect.get(own, name) as unknown
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

describe('the lease is given back by a process', () => {
  it.each<[string, unknown]>([
    ['an error whose message is no text', Object.assign(new Error('x'), { message: { code: 7 } })],
    [
      'an error whose message can not be read',
      Object.defineProperty(new Error('x'), 'message', { get: fail }),
    ],
    ['an object without a prototype', Object.create(null)],
    ['nothing', undefined],
    ['a symbol', Symbol('x')],
  ])('whose loader throws %s', async (_, thrown) => {
    const [one, two] = [await makeCache(), await makeCache()]
    let caught: unknown = 'nothing was thrown'
    const load = (): string => {
      throw thrown
    }
    await one.cache.getOrSet('a', load).catch((error: unknown) => (caught = error))
    expect(caught).toBe(thrown)
    await two.isFree()
    expect(await two.cache.getOrSet('a', () => 'two', PATIENT)).toBe('two')
  })

  it('whose group function throws nothing', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const [one, two] = [await makeCache(), await makeCache()]
    const groups = () => {
      throw undefined
    }
    expect(await one.cache.getOrSet('a', () => 'one', { groups })).toBe('one')
    expect(await two.cache.getOrSet('a', () => 'two', PATIENT)).toBe('two')
    warn.mockRestore()
  })

  it('whose `random` throws when the value is kept', async () => {
    let isBroken = false
    const one = await makeCache({ random: () => (isBroken ? fail() : 0.5) })
    const two = await makeCache()
    isBroken = true
    const load = async () => {
      // What took no time is not renewed before its end, and nothing is drawn.
      const beganAtMs = performance.now()
      await waitUntil(() => performance.now() > beganAtMs, 'some time')
      return 'one'
    }
    expect(await one.cache.getOrSet('a', load)).toBe('one')
    expect(await two.cache.getOrSet('a', () => 'two', PATIENT)).toBe('two')
  })

  it('that is closed in the middle of a load', async () => {
    const [one, two] = [await makeCache(), await makeCache()]
    void one.cache.getOrSet('a', () => new Promise(() => {}), { hardTimeout: 0 }).catch(() => {})
    await one.holds()
    await one.cache.close()
    expect(await two.cache.getOrSet('a', () => 'two', PATIENT)).toBe('two')
  })

  it('that was answered too late to know that it had it', async () => {
    const late = deferred<void>()
    const one = await makeCache({ l2TimeoutMs: '3s' }, (inner) => ({
      getOrLease: async (...args) => {
        const reply = await inner.getOrLease(...args)
        await late.promise
        return reply
      },
    }))
    const two = await makeCache()
    const gate = deferred<string>()
    let isLoading = false
    const first = one.cache.getOrSet('a', () => {
      isLoading = true
      return gate.promise
    })
    await waitUntil(() => isLoading, 'the load without a lease')
    expect(await two.redis.exists(leaseKey())).toBe(1)
    late.resolve()
    // While the load goes on: nothing but the lease could hold this up.
    expect(await two.cache.getOrSet('a', () => 'two', PATIENT)).toBe('two')
    gate.resolve('one')
    expect(await first).toBe('one')
  })
})

describe('who waits for another process', () => {
  it('does not take what an earlier holder said for the answer of the one that holds the lease now', async () => {
    const three = await makeCache()
    const raw = new Redis(caches.url())
    caches.cleanUp(() => raw.disconnect())
    const other = redisDriver({ redis: raw, channel: `${caches.namespace()}:wake` }) as L2Driver & {
      leases: L2Leases
    }
    const key = `${caches.namespace()}:v:{a}`
    const heard: string[] = []
    let meanwhile: (() => Promise<void>) | undefined
    const two = await makeCache({}, (inner) => ({
      getOrLease: async (...args) => {
        const work = meanwhile
        meanwhile = undefined
        await work?.()
        return inner.getOrLease(...args)
      },
      listen: (listener) =>
        inner.listen((...said) => {
          heard.push(said[1])
          listener(...said)
        }),
    }))
    const before = `${two.cache.beginLoad().since}.earlier.1`
    await other.leases.getOrLease(key, before, 60_000)
    // Somebody waits, so what is said is told to all.
    await other.leases.getOrLease(key, `${two.cache.beginLoad().since}.waits.1`, 60_000)
    await three.cache.invalidate({ groups: ['g'] })
    await waitUntil(() => two.events.some(({ type }) => type === 'invalidated'), 'the other to hear of it')
    const after = `${two.cache.beginLoad().since}.later.1`
    meanwhile = async () => {
      await other.leases.release(key, before, `${before} nothing`)
      await other.leases.getOrLease(key, after, 1_000)
      await waitUntil(() => heard.length > 0, 'the word of the earlier holder')
    }
    const value = await two.cache.getOrSet('a', () => 'there now', { groups: ['g'], ...PATIENT })
    expect(value).toBe('there now')
  })

  it('is not stranded when everything is cleared', async () => {
    const [one, two] = [await makeCache(), await makeCache()]
    await one.cache.set('marker', 1)
    const gate = deferred<string>()
    const first = one.cache.getOrSet('a', () => gate.promise)
    await one.holds()
    const second = two.cache.getOrSet('a', () => 'two', FOR_EVER)
    await two.waits()
    await one.cache.clear()
    await waitUntil(
      async () => (await one.redis.exists(`${caches.namespace()}:v:{marker}`)) === 0,
      'the clearing',
    )
    gate.resolve('one')
    expect(await first).toBe('one')
    expect(['one', 'two']).toContain(await second)
  })

  it('loads for itself when Redis dies', async () => {
    const own = await RedisServer.start()
    caches.cleanUp(() => own.kill())
    const one = await makeCache({ l2TimeoutMs: '2s' }, undefined, own.url)
    const two = await makeCache({ l2TimeoutMs: '2s' }, undefined, own.url)
    const gate = deferred<string>()
    const first = one.cache.getOrSet('a', () => gate.promise)
    await one.holds()
    const second = two.cache.getOrSet('a', () => 'two', FOR_EVER)
    await two.waits()
    await own.kill()
    expect(await second).toBe('two')
    gate.resolve('one')
    expect(await first).toBe('one')
  })

  it('loads at once with all others that wait, where the value turns out too large for L2', async () => {
    const processes = [await makeCache({ maxEntryBytes: 1_000 }), await makeCache({ maxEntryBytes: 1_000 })]
    processes.push(await makeCache({ maxEntryBytes: 1_000 }))
    const gates = [deferred<string>(), deferred<string>()]
    let loads = 0
    const answers = processes.map(({ cache }) =>
      cache.getOrSet('a', () => {
        loads += 1
        return gates[loads === 1 ? 0 : 1]?.promise ?? ''
      }),
    )
    const waiting = () =>
      processes.flatMap(({ events }) => events).filter((e) => e.type === 'lease' && e.outcome === 'waited')
    await waitUntil(() => waiting().length >= 2, 'two to wait')
    const large = 'x'.repeat(2_000)
    gates[0]?.resolve(large)
    // Both, though neither is done: one after another they would load for ever in a large fleet.
    await waitUntil(() => loads === 3, 'both to load')
    gates[1]?.resolve(large)
    expect(await Promise.all(answers)).toEqual([large, large, large])
  })
})

it.each([
  ['of a holder that loads what was invalidated', '-1.holder.1'],
  ['that names nobody', '-rubbish'],
  ['of a holder that is up to date', ''],
])('a lease without an end, %s, holds up nobody', async (_, token) => {
  const { cache, redis } = await makeCache()
  await redis.set(leaseKey(), token === '' ? `-${cache.beginLoad().since}.holder.1` : token)
  expect(await cache.getOrSet('a', () => 'value', PATIENT)).toBe('value')
})

describe('many who ask at once in one process', () => {
  it('for the same keys share one call of the loader', async () => {
    const cache = createTieredCache()
    let loads = 0
    const load = (keys: readonly string[]) => {
      loads += 1
      return Promise.resolve(keys)
    }
    await Promise.all(Array.from({ length: 20 }, () => cache.getOrSetMany(['a', 'b'], load)))
    expect(loads).toBe(1)
  })

  it('for many keys or for one of them share it as well', async () => {
    const cache = createTieredCache()
    let loads = 0
    const many = cache.getOrSetMany(['a', 'b'], (keys) => {
      loads += 1
      return Promise.resolve(keys)
    })
    expect(await cache.getOrSet('a', () => 'never called')).toBe('a')
    expect(await many).toEqual(['a', 'b'])
    expect(loads).toBe(1)
  })
})

function fail(): never {
  throw new Error('this one is broken')
}
