import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaultProxy } from '../../test/coherence/fault-proxy.ts'
import { Tail } from '../../test/cluster/heard.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { type FleetState, FleetWait, UNKNOWN_MEMBERS } from './fleet-wait.ts'
import { RedisLog } from './redis-log.ts'

const BLOCK_MS = 100
const MAX_LAG_MS = 400

let server: RedisServer
const cleanUp: (() => unknown)[] = []
beforeEach(async () => {
  server = await RedisServer.start()
})
afterEach(async () => {
  server.thaw()
  for (const step of cleanUp.splice(0).reverse()) await step()
  await server.kill()
})

async function join(port = server.port): Promise<Tail & { readonly redis: Redis }> {
  const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
  redis.on('error', () => {})
  const log = new RedisLog({
    redis,
    key: '{shop}:log',
    maxLength: 1_000,
    timeoutMs: 200,
    blockMs: BLOCK_MS,
    maxLagMs: MAX_LAG_MS,
    now: () => performance.now(),
  })
  const tail = new Tail(log)
  cleanUp.push(
    () => redis.disconnect(),
    () => log.close(),
  )
  await tail.untilCaughtUp()
  return Object.assign(tail, { redis })
}

const of = (key: string) => ({ keys: [key], groups: [], prefixes: [] })
const waitFor = async ({ log }: Tail, timeoutMs = 5_000) => log.passedBy(await log.append(of('a')), timeoutMs)

describe('waiting for the fleet', () => {
  it('misses who is cut off for as long as it may trust what it holds, and then leaves it out', async () => {
    const one = await join()
    const proxy = await FaultProxy.start(server.port)
    cleanUp.push(() => proxy.close())
    const cut = await join(proxy.port)
    expect((await waitFor(one)).passed).toHaveLength(2)
    proxy.strike({ kind: 'half-open' })
    expect(await waitFor(one, 50)).toEqual({ passed: [one.log.member], missing: [cut.log.member] })
    expect(await waitFor(one)).toEqual({ passed: [one.log.member], missing: [] })
    // By then it does not trust what it holds any more.
    expect(cut.log.lagMs).toBeGreaterThan(MAX_LAG_MS)
    await waitUntil(() => !cut.log.isCaughtUp, 'it to notice')
    proxy.heal()
    await cut.untilCaughtUp()
    expect((await waitFor(one)).passed).toHaveLength(2)
  })

  it('does not take a list that was lost for a fleet that is empty', async () => {
    const [one, two] = [await join(), await join()]
    expect((await waitFor(one)).passed).toHaveLength(2)
    // As an eviction does, while one of them can not say so.
    const redis = new Redis(server.url)
    cleanUp.push(() => redis.disconnect())
    await redis.del('{shop}:log:members')
    const early = await waitFor(one, 1)
    expect(early.missing).toContain(UNKNOWN_MEMBERS)
    const late = await waitFor(one)
    expect(late.missing).toEqual([])
    expect(late.passed.toSorted()).toEqual([one.log.member, two.log.member].toSorted())
  })

  it('ends when its time is up, also while Redis says nothing', async () => {
    const one = await join()
    const seq = await one.log.append(of('a'))
    server.freeze()
    const beganAtMs = performance.now()
    const answer = await one.log.passedBy(seq, 300)
    expect(performance.now() - beganAtMs).toBeLessThan(700)
    expect(answer.missing).toContain(UNKNOWN_MEMBERS)
  })

  it('ends when the log is closed', async () => {
    const one = await join()
    const answer = one.log.passedBy(one.log.head + 1_000_000, 60_000)
    await one.log.close()
    expect((await answer).missing).toContain(one.log.member)
  })

  it('forgets those that ended without a word', async () => {
    const one = await join()
    const admin = new Redis(server.url)
    cleanUp.push(() => admin.disconnect())
    // Their lines as they left them, in one go: a slow machine must not let some of them lapse before the others are there.
    const [seconds] = await admin.time()
    const lines = Array.from({ length: 5 }, (_, i) => [
      `gone-${i}`,
      `0 ${(Number.parseInt(String(seconds), 10) + 1) * 1_000}`,
    ])
    const written = await admin
      .multi()
      .hset('{shop}:log:members', Object.fromEntries(lines))
      .hlen('{shop}:log:members')
      .exec()
    expect(written?.[1]?.[1]).toBe(7)
    expect((await waitFor(one)).passed).toEqual([one.log.member])
    expect(await admin.hkeys('{shop}:log:members')).toEqual(['since', one.log.member])
  })
})

describe('many who wait in one process', () => {
  const state = (unknownForMs: number, ...members: [string, number][]): FleetState => ({
    cursors: new Map(members),
    unknownForMs,
  })

  it('ask once', async () => {
    let asked = 0
    let looks = 0
    const wait = new FleetWait({
      member: 'me',
      askAll: async () => {
        asked += 1
        return 1_000
      },
      look: async () => {
        looks += 1
        return state(0, ['me', 100], ['you', looks < 3 ? 0 : 100])
      },
      pointOf: (seq) => seq,
    })
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => wait.passedBy(i + 1, 5_000)))
    for (const answer of answers) expect(answer).toEqual({ passed: ['me', 'you'], missing: [] })
    expect(asked).toBe(1)
    expect(looks).toBe(3)
  })

  it('each get their own answer', async () => {
    const wait = new FleetWait({
      member: 'me',
      askAll: async () => 1_000,
      look: async () => state(0, ['me', 100], ['you', 50]),
      pointOf: (seq) => seq,
    })
    const [first, second] = await Promise.all([wait.passedBy(40, 5_000), wait.passedBy(60, 30)])
    expect(first).toEqual({ passed: ['me', 'you'], missing: [] })
    expect(second).toEqual({ passed: ['me'], missing: ['you'] })
  })
})
