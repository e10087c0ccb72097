import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from './tiered-cache.ts'

/** What was rejected during the work and caught by nobody: it would end a process of Node. */
async function uncaughtIn(work: () => Promise<unknown>): Promise<unknown[]> {
  const reasons: unknown[] = []
  const note = (reason: unknown) => reasons.push(reason)
  process.on('unhandledRejection', note)
  try {
    await work()
    await turn()
  } finally {
    process.off('unhandledRejection', note)
  }
  return reasons
}

describe('a value', () => {
  it('that has no clone is given all the same, and not kept', async () => {
    const cache = createTieredCache({ values: 'cloned' })
    const value = { act: () => 1 }
    expect(await cache.getOrSet('a', () => value)).toBe(value)
    expect(cache.peek('a')).toBeUndefined()
  })

  it('of a class goes on working, and so does what it holds', async () => {
    class Cart {
      readonly items: number[] = []
      add(item: number) {
        this.items.push(item)
      }
    }
    const cache = createTieredCache()
    const cart = await cache.getOrSet('a', () => new Cart())
    const { emitter } = await cache.getOrSet('b', () => ({ emitter: new EventEmitter() }))
    expect(() => cart.add(1)).not.toThrow()
    expect(() => emitter.on('x', () => {})).not.toThrow()
  })
})

describe('a loader', () => {
  it('may take longer than it took a timer of a month to overflow', async () => {
    const cache = createTieredCache()
    const load = async () => {
      const beganAtMs = performance.now()
      await waitUntil(() => performance.now() > beganAtMs + 50, 'a source that takes its time')
      return 'value'
    }
    expect(await cache.getOrSet('a', load, { hardTimeout: '30d' })).toBe('value')
  })

  it('has its error forgotten where nobody asked for a backoff', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const cache = createTieredCache()
    let held: WeakRef<Error> | undefined
    const load = (): string => {
      const error = new Error('with a large body')
      held = new WeakRef(error)
      throw error
    }
    await cache.getOrSet('a', load).catch(() => {})
    await waitUntil(() => {
      collect()
      return held?.deref() === undefined
    }, 'the error to be collected')
    await cache.close()
  })

  it('of a batch may empty its list of keys', async () => {
    const cache = createTieredCache()
    const load = (keys: readonly string[]) => {
      const rest = keys as string[]
      const values = new Map<string, string>()
      while (rest.length > 0) for (const key of rest.splice(0, 2)) values.set(key, `${key}!`)
      return values
    }
    expect(await cache.getOrSetMany(['a', 'b', 'c'], load)).toEqual(['a!', 'b!', 'c!'])
  })
})

describe('a caller', () => {
  it('may go on using its array of keys', async () => {
    const cache = createTieredCache()
    const keys = ['a', 'b']
    const values = cache.getOrSetMany(keys, (missing) => Promise.resolve(missing.map((key) => `${key}!`)))
    keys.length = 0
    expect(await values).toEqual(['a!', 'b!'])
  })

  it('may give an async onEvent that rejects', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {})
    const cache = createTieredCache({
      // oxlint-disable-next-line typescript/no-misused-promises -- the mistake that is tested.
      onEvent: () => Promise.reject(new Error('metrics client is down')),
    })
    expect(await uncaughtIn(() => cache.getOrSet('a', () => 1))).toEqual([])
    expect(error).toHaveBeenCalled()
    error.mockRestore()
  })

  it('may close a cache in the middle of everything, and go on using it', async () => {
    const server = await RedisServer.start()
    const uncaught = await uncaughtIn(async () => {
      for (let round = 0; round < 6; round += 1) await closeInTheMiddle(server.url, round)
    })
    expect(uncaught).toEqual([])
    await server.kill()
  })
})

/** Each round closes after as many turns of the event loop, and every other one pulls the connection first. */
async function closeInTheMiddle(url: string, round: number): Promise<void> {
  const make = async () => {
    const redis = new Redis(url)
    redis.on('error', () => {})
    const cache = createTieredCache({ redis, namespace: `closing-${round}` })
    expect(await cache.ready(30_000)).toBe(true)
    return { cache, redis }
  }
  const [one, two] = [await make(), await make()]
  const options = { groups: ['g'], staleIfError: '1m' }
  const ask = async (key: number) => {
    for (let i = 0; i < key; i += 1) await turn()
    if (key % 2 === 1) throw new Error('not there')
    return key
  }
  const answers = [0, 1, 2, 3, 4].flatMap((key) =>
    [one, two].map(({ cache }) => cache.getOrSet(`key-${key}`, () => ask(key), options).catch(() => {})),
  )
  const changes = [one.cache.invalidate({ groups: ['g'] }), two.cache.set('key-1', 5)]
  for (let i = 0; i < round; i += 1) await turn()
  if (round % 2 === 1) one.redis.disconnect()
  await one.cache.close()
  await Promise.all([...answers, ...changes])
  expect(await one.cache.getOrSet('after', () => 1)).toBe(1)
  await one.cache.invalidate({ keys: ['after'] })
  await one.cache.close()
  await two.cache.close()
  for (const { redis } of [one, two]) redis.disconnect()
}
