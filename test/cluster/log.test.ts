import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedisLog } from '../../server/log/redis-log.ts'
import { RedisCluster } from '../support/redis-cluster.ts'
import { waitUntil } from '../support/wait-until.ts'
import { Tail } from './heard.ts'
import { type LogSite, describeLog } from './log-contract.ts'

const LIMIT_MS = 60_000

let cluster: RedisCluster
const clients: Cluster[] = []
beforeAll(async () => {
  cluster = await RedisCluster.start({ masters: 3, replicas: 3 })
}, LIMIT_MS)
afterAll(async () => {
  for (const client of clients) client.disconnect()
  await cluster.stop()
})

function connect(): Cluster {
  const client = new Cluster(cluster.startupNodes, {
    clusterRetryStrategy: () => 50,
    retryDelayOnFailover: 50,
  })
  client.on('error', () => {})
  clients.push(client)
  return client
}

function openLog(key: string): RedisLog {
  return new RedisLog({
    redis: connect(),
    key,
    maxLength: 10_000,
    timeoutMs: 500,
    blockMs: 100,
    now: () => performance.now(),
  })
}

let sites = 0
// Tags of several slots, so that it is served by one node here and by another there; and a name without one.
for (const make of [() => `{shop-${sites}}:log`, () => `plain-${sites}`]) {
  describeLog(`a log in a Cluster, under ${make()}`, {
    isShared: true,
    start: async (): Promise<LogSite> => {
      sites += 1
      const key = make()
      const log = () => openLog(key)
      const first = connect()
      if (first.status !== 'ready') await waitUntil(() => first.status === 'ready', 'the client')
      return { open: log, close: async () => {} }
    },
  })
}

async function openTails(key: string, count: number): Promise<Tail[]> {
  const tails = Array.from({ length: count }, () => new Tail(openLog(key)))
  await Promise.all(tails.map((tail) => tail.untilCaughtUp()))
  return tails
}

const of = (key: string) => ({ keys: [key], groups: [], prefixes: [] })

/** How often everything was invalidated, as a process that starts now finds it. */
async function beginnings(key: string): Promise<number> {
  const [late] = await openTails(key, 1)
  const found =
    late?.heard.filter((one) => one.type === 'invalidated' && one.invalidation.prefixes.includes('')) ?? []
  await late?.log.close()
  return found.length
}

describe('when the master of the log is killed and its replica takes over', () => {
  it('no acknowledged entry is lost, or everybody drops what it holds', { timeout: LIMIT_MS }, async () => {
    const key = '{killed}:log'
    const tails = await openTails(key, 3)
    const acknowledged: number[] = []
    const stopped = new AbortController()
    let failures = 0
    const writers = tails.map(async ({ log }, writer) => {
      for (let i = 0; !stopped.signal.aborted; i += 1) {
        try {
          acknowledged.push(await log.append(of(`${writer}-${i}`)))
        } catch {
          failures += 1
        }
        await new Promise(setImmediate)
      }
    })
    await waitUntil(() => acknowledged.length > 500, 'some entries')
    const master = await cluster.masterOf(key)
    const before = acknowledged.length
    await cluster.kill(master)
    await waitUntil(() => tails.every(({ log }) => !log.isCaughtUp), 'all to notice')
    await Promise.all(tails.map((tail) => tail.untilCaughtUp()))
    const after = acknowledged.length
    await waitUntil(() => acknowledged.length > after + 500, 'entries on the new master')
    stopped.abort()
    await Promise.all(writers)
    expect(before).toBeGreaterThan(500)
    expect(failures).toBeGreaterThan(0)
    const last = Math.max(...acknowledged)
    await waitUntil(() => tails.every((tail) => tail.isSafeFrom(last)), 'the last entry everywhere')
    for (const tail of tails) {
      expect(acknowledged.filter((seq) => !tail.isSafeFrom(seq))).toEqual([])
      expect(tail.resets).toBeGreaterThan(1)
    }
    await Promise.all(tails.map(({ log }) => log.close()))
    await cluster.restart(master)
    await cluster.waitUntilOk()
  })

  it('entries that it had acknowledged and not passed on are made good', { timeout: LIMIT_MS }, async () => {
    const key = '{behind}:log'
    const tails = await openTails(key, 3)
    const [one] = tails
    const master = await cluster.masterOf(key)
    const replica = await cluster.replicaOf(master)
    const beganBefore = await beginnings(key)
    replica.freeze()
    await master.dropReplicas()
    const lost = (await one?.log.append(of('lost'))) ?? 0
    await waitUntil(() => tails.every((tail) => tail.hasHeard(lost)), 'the entry everywhere')
    await cluster.kill(master)
    replica.thaw()
    await waitUntil(async () => (await cluster.masterOf(key)) === replica, 'the takeover', 20_000)
    await waitUntil(
      () => tails.every(({ heard }) => heard.some((it) => it.type === 'reset' && it.floor > lost)),
      'all to drop what they hold',
      20_000,
    )
    await Promise.all(tails.map((tail) => tail.untilCaughtUp()))
    // Who starts now must trust nothing from before either; but not each of them had to say so.
    expect(await beginnings(key)).toBe(beganBefore + 1)
    expect(await replica.ask((client) => client.xrange(key, `${lost}-0`, `${lost}-0`))).toEqual([])
    const next = (await one?.log.append(of('next'))) ?? 0
    expect(next).toBeGreaterThan(lost)
    const answer = await one?.log.passedBy(next, 10_000)
    expect(answer?.missing).toEqual([])
    expect(answer?.passed).toHaveLength(3)
    await Promise.all(tails.map(({ log }) => log.close()))
    await cluster.restart(master)
    await cluster.waitUntilOk()
  })
})
