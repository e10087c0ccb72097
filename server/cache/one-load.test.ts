import { describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { countLeases, useRedisCaches } from '../../test/support/redis-caches.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { TieredCacheOptions } from './cache-options.ts'

const caches = useRedisCaches('one-load')

/** One "process". */
async function makeCache(options: TieredCacheOptions = {}) {
  const opened = await caches.openReady({ maxLagMs: '1m', ...options })
  return { ...opened, waits: () => countLeases(opened.events, 'waited') }
}

describe('a missing key in several processes', () => {
  it('is loaded once, and all get the value', async () => {
    const processes = await Promise.all([makeCache(), makeCache(), makeCache()])
    const gate = deferred<string>()
    let loads = 0
    const answers = processes.flatMap(({ cache }) =>
      Array.from({ length: 10 }, () =>
        cache.getOrSet('a', () => {
          loads += 1
          return gate.promise
        }),
      ),
    )
    await waitUntil(() => processes.reduce((sum, { waits }) => sum + waits(), 0) === 2, 'two to wait')
    gate.resolve('value')
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['value']))
    expect(loads).toBe(1)
  })

  it('that can not be loaded is tried once, and all are told', async () => {
    const processes = await Promise.all([makeCache(), makeCache(), makeCache()])
    const gate = deferred<string>()
    let loads = 0
    const answers = processes.map(({ cache }) =>
      cache.getOrSet('a', () => {
        loads += 1
        return gate.promise
      }),
    )
    const settled = Promise.allSettled(answers)
    await waitUntil(() => processes.reduce((sum, { waits }) => sum + waits(), 0) === 2, 'two to wait')
    gate.reject(new Error('no database'))
    const reasons = (await settled).map((result) => (result as { reason?: Error }).reason?.message)
    expect(reasons.every((reason) => reason?.includes('no database'))).toBe(true)
    expect(loads).toBe(1)
    expect(await processes[0]?.cache.getOrSet('a', () => 'later')).toBe('later')
  })

  it('that has no value is not loaded by those who waited for it either', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const gate = deferred<undefined>()
    const first = one.cache.getOrSet<string | undefined>('a', () => gate.promise)
    await waitUntil(() => one.events.some(({ type }) => type === 'lease'), 'the lease')
    const second = two.cache.getOrSet<string | undefined>('a', () => 'never called')
    await waitUntil(() => two.waits() === 1, 'the other to wait')
    gate.resolve(undefined)
    expect([await first, await second]).toEqual([undefined, undefined])
  })

  it('whose value L2 can not carry is loaded by each', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const gate = deferred<Date>()
    const first = one.cache.getOrSet('a', () => gate.promise)
    await waitUntil(() => one.events.some(({ type }) => type === 'lease'), 'the lease')
    const second = two.cache.getOrSet('a', () => new Date(2))
    await waitUntil(() => two.waits() === 1, 'the other to wait')
    gate.resolve(new Date(1))
    expect([await first, await second]).toEqual([new Date(1), new Date(2)])
  })

  it('is loaded anew for who has invalidated it since, without waiting for the old load', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const gate = deferred<string>()
    const before = one.cache.getOrSet('a', () => gate.promise)
    await waitUntil(() => one.events.some(({ type }) => type === 'lease'), 'the lease')
    await two.cache.invalidate({ keys: ['a'] })
    expect(await two.cache.getOrSet('a', () => 'new')).toBe('new')
    expect(two.events).toContainEqual({ type: 'lease', key: 'a', outcome: 'stolen' })
    gate.resolve('old')
    expect(await before).toBe('old')
    await waitUntil(
      () => one.events.some((event) => event.type === 'lease' && event.outcome !== 'taken'),
      'the old holder to be refused',
    )
    expect(await one.cache.getOrSet('a', () => 'newer')).toBe('new')
  })

  it('is loaded by each where the entry says so', async () => {
    const [one, two] = await Promise.all([makeCache(), makeCache()])
    const gate = deferred<string>()
    const first = one.cache.getOrSet('a', () => gate.promise, { oneLoad: 'process' })
    expect(await two.cache.getOrSet('a', () => 'two', { oneLoad: 'process' })).toBe('two')
    gate.resolve('one')
    expect(await first).toBe('one')
  })
})

describe('a process that holds a lease', () => {
  it('keeps it for as long as its load takes', async () => {
    const one = await makeCache({ leaseMs: '3s' })
    const two = await makeCache({ leaseMs: '3s' })
    const gate = deferred<string>()
    const first = one.cache.getOrSet('a', () => gate.promise)
    await waitUntil(() => one.events.some(({ type }) => type === 'lease'), 'the lease')
    let loads = 0
    const second = two.cache.getOrSet('a', () => {
      loads += 1
      return 'two'
    })
    // Each time the lease has had the time to end, the one who waits looks again.
    await waitUntil(() => two.waits() >= 2, 'a lifetime of the lease')
    gate.resolve('one')
    expect([await first, await second]).toEqual(['one', 'one'])
    expect(loads).toBe(0)
  })

  it('and dies is replaced when the lease ends', async () => {
    const one = await makeCache({ leaseMs: 200 })
    const two = await makeCache({ leaseMs: 200 })
    // What a process leaves behind that is killed: a lease, and nobody who renews it.
    const token = `-${one.cache.status().log.head}.dead.1`
    await one.redis.set(`${caches.namespace()}:v:lease:{a}`, token, 'PX', 200)
    expect(await two.cache.getOrSet('a', () => 'two')).toBe('two')
    expect(two.waits()).toBeGreaterThan(0)
  })

  it('is not waited for longer than hardTimeout', async () => {
    const one = await makeCache()
    const two = await makeCache()
    const gate = deferred<string>()
    const first = one.cache.getOrSet('a', () => gate.promise)
    await waitUntil(() => one.events.some(({ type }) => type === 'lease'), 'the lease')
    await expect(two.cache.getOrSet('a', () => 'two', { hardTimeout: 50 })).rejects.toMatchObject({
      code: 'load-timeout',
    })
    gate.resolve('one')
    await first
  })
})

it('invalidate with `wait: fleet` resolves when every process has let go', async () => {
  const make = () => makeCache({ maxLagMs: '2s' })
  const [one, two, three] = await Promise.all([make(), make(), make()])
  await Promise.all([one, two, three].map(({ cache }) => cache.getOrSet('a', () => 'old', { groups: ['g'] })))
  expect(await one.cache.invalidate({ groups: ['g'] }, { wait: 'fleet', timeout: '30s' })).toEqual({
    acknowledged: true,
    missing: [],
  })
  expect([two.cache.peek('a'), three.cache.peek('a')]).toEqual([undefined, undefined])
})
