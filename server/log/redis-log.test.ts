import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Tail } from '../../test/cluster/heard.ts'
import { freePort } from '../../test/support/free-port.ts'
import { RedisProcess } from '../../test/support/redis-process.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { RedisLike } from '../redis-like.ts'
import { RedisLog } from './redis-log.ts'

const KEY = '{shop}:log'
const cleanUp: (() => unknown)[] = []
let folder: string

beforeEach(() => {
  mkdirSync('.cache', { recursive: true })
  folder = mkdtempSync('.cache/redis-log-')
})
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
  rmSync(folder, { recursive: true, force: true })
})

async function startRedis(): Promise<RedisProcess> {
  const port = await freePort()
  const settings = { port, bind: '127.0.0.1', save: '', dir: folder, dbfilename: `${port}.rdb` }
  const server = new RedisProcess(
    port,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
  )
  cleanUp.push(() => server.kill())
  await server.start()
  return server
}

function connect(server: RedisProcess): Redis {
  const redis = new Redis(server.port, '127.0.0.1', { retryStrategy: () => 20 })
  redis.on('error', () => {})
  cleanUp.push(() => redis.disconnect())
  return redis
}

async function join(redis: RedisLike): Promise<Tail> {
  const log = new RedisLog({
    redis,
    key: KEY,
    maxLength: 100,
    timeoutMs: 200,
    blockMs: 50,
    now: () => performance.now(),
  })
  const tail = new Tail(log)
  cleanUp.push(() => log.close())
  await tail.untilCaughtUp()
  return tail
}

const of = (key: string) => ({ keys: [key], groups: [], prefixes: [] })
const types = ({ heard }: Tail) => heard.map(({ type }) => type)

describe('a server that refuses writes', () => {
  const refusals = [
    [
      'is a replica',
      (redis: Redis) => redis.replicaof('127.0.0.1', 1),
      (redis: Redis) => redis.replicaof('NO', 'ONE'),
    ],
    [
      'misses its replicas',
      (redis: Redis) => redis.config('SET', 'min-replicas-to-write', '1'),
      (redis: Redis) => redis.config('SET', 'min-replicas-to-write', '0'),
    ],
  ] as const

  it.each(refusals)('counts as away, since nobody can tell it anything: it %s', async (_, refuse, relent) => {
    const server = await startRedis()
    const admin = connect(server)
    const tail = await join(connect(server))
    await refuse(admin)
    await waitUntil(() => !tail.log.isCaughtUp, 'it to be noticed')
    await expect(tail.log.append(of('a'))).rejects.toThrow(/READONLY|NOREPLICAS/)
    const { heardAtMs } = tail.log
    await relent(admin)
    await tail.untilCaughtUp()
    expect(tail.log.heardAtMs).toBeGreaterThan(heardAtMs)
    expect(types(tail)).toContain('lost')
    const seq = await tail.log.append(of('b'))
    await waitUntil(() => tail.hasHeard(seq), 'the entry')
    // The same run of the same server: nothing was lost, and nothing is dropped.
    expect(tail.resets).toBe(1)
  })
})

it('begins anew on a server that came back with an older log while no process was running', async () => {
  const server = await startRedis()
  const before = await join(connect(server))
  await before.log.append(of('kept'))
  await server.ask((client) => client.save())
  const lost = await before.log.append(of('lost'))
  await before.log.close()
  await server.restart()
  expect(await server.ask((client) => client.xlen(KEY))).toBeGreaterThan(0)
  const after = await join(connect(server))
  expect(after.isSafeFrom(lost)).toBe(true)
  // And it stands in the log, for those that start later.
  const later = await join(connect(server))
  await waitUntil(
    () => later.heard.some((one) => one.type === 'invalidated' && one.invalidation.prefixes.includes('')),
    'it',
  )
})

it('drops what it holds when an entry follows one that it never heard of', async () => {
  const server = await startRedis()
  const redis = connect(server)
  const tail = await join(connect(server))
  const first = await tail.log.append(of('a'))
  await waitUntil(() => tail.hasHeard(first), 'the entry')
  // What came in between was trimmed before it was read.
  await redis.xadd(KEY, `${first + 2}-0`, 'p', `${first + 1}`, 'd', '[["b"],[],[]]')
  await waitUntil(() => tail.hasHeard(first + 2), 'the entry')
  expect(tail.heard.slice(-2)).toMatchObject([
    { type: 'reset', floor: first + 2 },
    { type: 'invalidated', seq: first + 2 },
  ])
})

it('is begun anew by one process alone when it was wiped, and all drop what they hold', async () => {
  const server = await startRedis()
  const tails = [await join(connect(server)), await join(connect(server)), await join(connect(server))]
  const last = (await tails[0]?.log.append(of('a'))) ?? 0
  await waitUntil(() => tails.every((tail) => tail.hasHeard(last)), 'the entry')
  await server.ask((client) => client.del(KEY))
  const isDropped = (tail: Tail) => tail.heard.some((one) => one.type === 'reset' && one.floor > last)
  await waitUntil(() => tails.every(isDropped), 'all to notice')
  expect(await server.ask((client) => client.xlen(KEY))).toBe(1)
})

it('goes on where it was when only its connections broke', async () => {
  const server = await startRedis()
  const tail = await join(connect(server))
  const writer = connect(server)
  const other = await join(writer)
  await server.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
  await waitUntil(() => !tail.log.isCaughtUp, 'the broken connection')
  await waitUntil(() => writer.status === 'ready', 'the client')
  const seq = await other.log.append(of('a'))
  await waitUntil(() => tail.hasHeard(seq), 'the entry')
  expect(tail.resets).toBe(1)
})

it('has everybody begin anew when what it appended to one server is not in the log of the other', async () => {
  const [old, next] = [await startRedis(), await startRedis()]
  // As during a takeover: it writes to a master that has been replaced, and reads from the one that replaced it.
  const writing = connect(old)
  await join(writing)
  const reading = connect(next)
  const between: RedisLike = {
    get status() {
      return writing.status
    },
    call: (command, ...args) => writing.call(command, ...args),
    callBuffer: (command, ...args) => writing.callBuffer(command, ...args),
    duplicate: (options) => reading.duplicate(options),
    on: () => {},
    off: () => {},
    connect: async () => {},
    disconnect: () => {},
  }
  const author = await join(between)
  const other = await join(reading)
  const lost = await author.log.append(of('lost'))
  const answer = author.log.passedBy(lost, 500)
  await waitUntil(() => author.isSafeFrom(lost), 'its author to notice')
  await waitUntil(
    () =>
      other.heard.some(
        (one) => one.type === 'invalidated' && one.seq > lost && one.invalidation.prefixes[0] === '',
      ),
    'the others to be told',
  )
  expect(other.hasHeard(lost)).toBe(false)
  // It asks the server that it writes to, where those who read from the other do not report.
  expect((await answer).missing).toContain('unknown')
})
