import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { RedisCluster } from '../../test/support/redis-cluster.ts'
import { RedisSentinel } from '../../test/support/redis-sentinel.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { describeL2Driver } from '../testing/index.ts'
import { redisDriver } from './redis-driver.ts'
import { leaseKeyOf } from './redis-keys.ts'

const LONG_MS = 60_000
const KEYS = Array.from({ length: 300 }, (_, index) => `shop:v:{${index}}`)
const clients: (Cluster | Redis)[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect()
})

function own<T extends Cluster | Redis>(client: T): T {
  client.on('error', () => {})
  clients.push(client)
  return client
}

describe('on a Redis Cluster', () => {
  let cluster: RedisCluster

  beforeAll(async () => {
    cluster = await RedisCluster.start({ masters: 3, replicas: 3 })
  }, 60_000)

  afterAll(async () => {
    await cluster.stop()
  })

  const connect = (options: object = {}) => own(new Cluster(cluster.startupNodes, options))

  describeL2Driver('redisDriver', () => redisDriver({ redis: connect() }), { describe, it })

  describeL2Driver(
    'redisDriver with a key prefix, RESP2 and automatic pipelining',
    () =>
      redisDriver({
        redis: connect({ keyPrefix: 'app:', enableAutoPipelining: true, redisOptions: { protocol: 2 } }),
      }),
    { describe, it },
  )

  it('gives the leases of a batch to one process, whichever nodes they are on', async () => {
    let waits = 0
    const open = () =>
      createTieredCache({
        redis: connect(),
        namespace: 'batches',
        l2TimeoutMs: '30s',
        maxLagMs: '1m',
        onEvent: (event) => void (waits += event.type === 'lease' && event.outcome === 'waited' ? 1 : 0),
      })
    const [one, two] = [open(), open()]
    expect([await one.ready(30_000), await two.ready(30_000)]).toEqual([true, true])
    const gate = deferred<void>()
    const loaded: string[] = []
    const load = async (keys: readonly string[]) => {
      loaded.push(...keys)
      await gate.promise
      return keys
    }
    const first = one.getOrSetMany(KEYS, load)
    await waitUntil(() => loaded.length === KEYS.length, 'the load')
    const second = two.getOrSetMany(KEYS, load)
    await waitUntil(() => waits >= KEYS.length, 'the other process to wait')
    gate.resolve()
    expect([await first, await second]).toEqual([KEYS, KEYS])
    expect(loaded).toHaveLength(KEYS.length)
    await Promise.all([one.close(), two.close()])
  })

  it('asks each node once for many keys', async () => {
    const driver = redisDriver({ redis: connect() })
    await waitUntil(() => driver.isReady, 'the client is connected')
    await driver.setMany(KEYS.map((key) => ({ key, bytes: key, ttlMs: LONG_MS })))
    const watching = cluster.nodes.map(({ port }) => own(new Redis(port, '127.0.0.1')))
    const reads = async () => {
      const stats = await Promise.all(watching.map((node) => node.info('stats')))
      return stats.map((text) => Number(/^total_reads_processed:(\d+)/m.exec(text)?.[1]))
    }
    const before = await reads()
    for (let i = 0; i < 50; i += 1) await driver.getMany(KEYS.slice(0, 100))
    const asked = (await reads()).map((count, index) => count - (before[index] ?? 0)).sort((a, b) => b - a)
    // Each of three masters 50 times, and not 1,600; the nodes talk to each other meanwhile.
    expect(asked[2]).toBeGreaterThanOrEqual(50)
    expect(asked[0]).toBeLessThan(100)
    expect(asked[3]).toBeLessThan(50)
  })

  it('keeps a lease where its value is, whatever the key', async () => {
    const client = connect()
    const slotOf = (key: string) => client.cluster('KEYSLOT', key)
    const names = [
      'a',
      'v:{a}',
      'x:v:{a b}',
      '{}',
      '{}a',
      'a}b',
      '{a',
      '}{a}',
      '{{a}}',
      'v:{}',
      'größe}',
      '{b}v:{a}',
    ]
    for (const prefix of ['', 'app:', '{app}:', 'a}']) {
      for (const name of names) {
        const lease = prefix + leaseKeyOf(name, prefix)
        expect([lease, await slotOf(lease)]).toEqual([lease, await slotOf(prefix + name)])
        expect(lease).not.toBe(prefix + name)
      }
    }
  })

  it('hears of leases again after the node that it listened to is gone, and clears all masters after a failover', async () => {
    const client = connect({ slotsRefreshInterval: 300 })
    const driver = redisDriver({ redis: client })
    const other = redisDriver({ redis: connect({ slotsRefreshInterval: 300 }) })
    // Nobody tells this one that another node has become a master.
    const unaware = redisDriver({ redis: connect({ slotsRefreshInterval: 0 }) })
    await waitUntil(() => [driver, other, unaware].every(({ isReady }) => isReady), 'all are connected')
    await unaware.setMany(KEYS.map((key) => ({ key, bytes: key, ttlMs: LONG_MS })))
    const heard: string[] = []
    driver.leases?.listen((key) => heard.push(key))
    await waitUntil(() => driver.leases?.isListening === true, 'it listens')

    const subscribed = await Promise.all(
      cluster.nodes.map((node) => node.ask(async (redis) => (await redis.pubsub('CHANNELS')) as string[])),
    )
    const listenedTo =
      cluster.nodes[subscribed.findIndex((channels) => channels.includes('thermocline:wake'))]
    if (listenedTo === undefined) throw new Error('No node has a subscriber.')
    await cluster.kill(listenedTo)
    // Writes go on, some of them in vain, until the replica has taken over.
    const writes = KEYS.map((key) => ({ key, bytes: 'anew', ttlMs: LONG_MS }))
    await waitUntil(async () => isDone(other.setMany(writes)), 'all slots are served again')

    await waitUntil(async () => {
      const key = KEYS[0] ?? ''
      await other.delete([key])
      await other.leases?.getOrLease(key, 'first', LONG_MS)
      await driver.leases?.getOrLease(key, 'second', LONG_MS)
      await other.leases?.release(key, 'first', 'done')
      return heard.includes(key)
    }, 'it hears of a lease')

    await other.setMany(KEYS.map((key) => ({ key, bytes: key, ttlMs: LONG_MS })))
    await waitUntil(async () => isDone(unaware.deletePrefix?.('shop:')), 'all masters can be reached')
    expect((await other.getMany(KEYS)).filter((bytes) => bytes !== undefined)).toEqual([])
    await Promise.all([driver.close(), other.close(), unaware.close()])
  }, 60_000)

  describeL2Driver('redisDriver with a dead node', () => redisDriver({ redis: connect() }), { describe, it })

  it('does not call a prefix removed while a master can not be reached', async () => {
    const driver = redisDriver({ redis: connect() })
    await waitUntil(() => driver.isReady, 'the client is connected')
    const dead = cluster.nodes.find((node) => !node.isRunning)
    // Its replica, a master now, has none itself.
    const alone = await cluster.masterOf(KEYS[0] ?? '')
    expect(dead).toBeDefined()
    await cluster.kill(alone)
    await expect(driver.deletePrefix?.('shop:')).rejects.toThrow()
    await driver.close()
  })
})

describe('behind Sentinel', () => {
  let sentinel: RedisSentinel

  beforeAll(async () => {
    sentinel = await RedisSentinel.start()
  }, 60_000)

  afterAll(async () => {
    await sentinel.stop()
  })

  const connect = () => own(new Redis({ ...sentinel.options, replyMapping: 'legacy' }))

  describeL2Driver('redisDriver', () => redisDriver({ redis: connect() }), { describe, it })

  it('goes on, and hears of leases, after a failover', async () => {
    const [driver, other] = [redisDriver({ redis: connect() }), redisDriver({ redis: connect() })]
    const heard: string[] = []
    driver.leases?.listen((key) => heard.push(key))
    await waitUntil(() => driver.leases?.isListening === true && other.isReady, 'it listens')
    const master = await sentinel.master()
    await master.kill()
    await waitUntil(
      async () => {
        if (!driver.isReady || !other.isReady || driver.leases?.isListening !== true) return false
        await other.leases?.getOrLease('a', 'first', LONG_MS)
        await driver.leases?.getOrLease('a', 'second', LONG_MS)
        await other.leases?.release('a', 'first', 'done')
        return heard.includes('a')
      },
      'the replica has taken over',
      30_000,
    )
    await Promise.all([driver.close(), other.close()])
  }, 60_000)
})

async function isDone(work: Promise<void> | undefined): Promise<boolean> {
  return Promise.resolve(work).then(
    () => true,
    () => false,
  )
}
