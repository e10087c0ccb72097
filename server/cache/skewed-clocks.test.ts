import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { encodeEntry } from './entry-codec.ts'

const HOUR = 3_600_000
const LIFETIMES = { l1: 0, l2: '1m', staleIfError: '1h' }

const caches = useRedisCaches('skewed')

/** One "process", whose clock is off by so much. */
async function makeCache(skewMs: number) {
  const clock = new ManualClock(Date.now() + skewMs)
  const opened = await caches.openReady({ clock: clock.now, jitter: 0 })
  return { ...opened, clock }
}

describe.each([
  ['an hour ahead', HOUR],
  ['an hour behind', -HOUR],
])('a value that was written by a process whose clock is %s', (_, skewMs) => {
  it('is fresh to the others for as long as it was to be, and then no more', async () => {
    const writer = await makeCache(skewMs)
    const reader = await makeCache(0)
    await writer.cache.set('a', 'value', LIFETIMES)
    reader.clock.advance(50_000)
    expect(await reader.cache.getOrSet('a', () => 'never called', LIFETIMES)).toBe('value')
    reader.clock.advance(20_000)
    expect(await reader.cache.get('a', LIFETIMES)).toBeUndefined()
    const failing = () => Promise.reject(new Error('no database'))
    expect(await reader.cache.getOrSet('a', failing, LIFETIMES)).toBe('value')
  })

  it('is fresh to itself, and so is what the others wrote', async () => {
    const skewed = await makeCache(skewMs)
    const other = await makeCache(0)
    await other.cache.set('a', 'value', LIFETIMES)
    skewed.clock.advance(50_000)
    expect(await skewed.cache.get('a', LIFETIMES)).toBe('value')
    skewed.clock.advance(20_000)
    expect(await skewed.cache.get('a', LIFETIMES)).toBeUndefined()
  })
})

it('A value that is said to live longer than its reader allows is let go of by L1 as if it were new', async () => {
  const { cache, redis, clock } = await makeCache(0)
  const entry = {
    value: 'value',
    groups: [],
    since: cache.status().log.head,
    expiresAtMs: Date.now() + 10 * HOUR,
    loadMs: 0,
    schema: 0,
  }
  await redis.set(`${caches.namespace()}:v:{a}`, encodeEntry(entry), 'PX', 60_000)
  const options = { l1: '10m', l2: '1m' }
  expect(await cache.get('a', options)).toBe('value')
  clock.advance(59_000)
  expect(cache.peek('a')).toBe('value')
  clock.advance(2_000)
  expect(cache.peek('a')).toBeUndefined()
})

it('Redis forgets a value when its lifetime is over, whatever its writer takes the time to be', async () => {
  const { cache, redis } = await makeCache(HOUR)
  await cache.set('a', 'value', { l2: '1m' })
  const key = `${caches.namespace()}:v:{a}`
  await waitUntil(async () => (await redis.exists(key)) === 1, 'the value')
  expect(await redis.pttl(key)).toBeLessThanOrEqual(60_000)
})
