import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { TlsRedis } from '../../test/support/tls-redis.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { describeL2Driver } from '../testing/index.ts'
import { redisDriver } from './redis-driver.ts'

const LONG_MS = 60_000
/** As docs/guides/l2-drivers.md says, and what ioredis needs for itself. */
const COMMANDS = ['get', 'mget', 'set', 'unlink', 'evalsha', 'eval', 'del', 'setrange', 'pttl', 'pexpire']
  .concat(['publish', 'subscribe', 'ping', 'scan'])
  .concat(['hello', 'info', 'client'])
let server: RedisServer
let tls: TlsRedis
const clients: Redis[] = []

beforeAll(async () => {
  ;[server, tls] = await Promise.all([RedisServer.start(), TlsRedis.start({ password: 'pass:word@/' })])
  const rights = ['~*', '&thermocline:wake', ...COMMANDS.map((name) => `+${name}`)]
  await connect().call('ACL', 'SETUSER', 'cache', 'on', '>secret', 'resetchannels', ...rights)
})

afterAll(async () => {
  await Promise.all([server.kill(), tls.stop()])
})

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect()
})

function connect(options: object = {}): Redis {
  const client = new Redis(server.port, '127.0.0.1', options)
  return own(client)
}

function own(client: Redis): Redis {
  client.on('error', () => {})
  clients.push(client)
  return client
}

describeL2Driver('redisDriver over TCP', () => redisDriver({ redis: connect() }), { describe, it })

describeL2Driver(
  'redisDriver with RESP2 and a user who may do no more than is documented',
  () => redisDriver({ redis: connect({ protocol: 2, username: 'cache', password: 'secret' }) }),
  { describe, it },
)

describeL2Driver(
  'redisDriver with a key prefix, another database and automatic pipelining',
  () =>
    redisDriver({
      redis: connect({ keyPrefix: 'a*{b:', db: 3, enableAutoPipelining: true, replyMapping: 'resp3' }),
    }),
  { describe, it },
)

describeL2Driver(
  'redisDriver with a password and TLS, by URL',
  () => redisDriver({ redis: own(new Redis(tls.url, { tls: { ca: tls.certificate } })) }),
  { describe, it },
)

describe('redisDriver', () => {
  it('refuses what is no client of ioredis, and options that it does not know', () => {
    expect(() => redisDriver({ redis: undefined as never })).toThrow(
      'Give a `Redis` or `Cluster` of ioredis 6.',
    )
    expect(() => redisDriver({ redis: { get: () => 1 } as never })).toThrow('`redis` is an object without')
    expect(() => redisDriver({ redis: connect(), prefix: 'x' } as never)).toThrow('no option `prefix`')
    expect(() => redisDriver({ redis: connect(), channel: '' })).toThrow('`channel` is ""')
  })

  it('connects a client that waits for its first command', async () => {
    const driver = redisDriver({ redis: connect({ lazyConnect: true }) })
    expect(driver.isReady).toBe(false)
    await waitUntil(() => driver.isReady, 'the client is connected')
    await driver.set({ key: 'lazy', bytes: 'x', ttlMs: LONG_MS })
    expect(String(await driver.get('lazy'))).toBe('x')
  })

  it('sends what is asked for in one turn in one write', async () => {
    const driver = redisDriver({ redis: connect() })
    const watching = connect()
    await waitUntil(() => driver.isReady, 'the client is connected')
    const reads = async () => Number(/^total_reads_processed:(\d+)/m.exec(await watching.info('stats'))?.[1])
    const before = await reads()
    await Promise.all(Array.from({ length: 50 }, async (_, index) => driver.get(`key-${index}`)))
    await driver.getMany(Array.from({ length: 100 }, (_, index) => `key-${index}`))
    await driver.setMany(
      Array.from({ length: 50 }, (_, i) => ({ key: `key-${i}`, bytes: 'x', ttlMs: LONG_MS })),
    )
    await driver.delete(Array.from({ length: 100 }, (_, index) => `key-${index}`))
    // One a call, and one for the question itself.
    expect((await reads()) - before).toBe(5)
  })

  it('goes on after the server has lost its scripts', async () => {
    const { leases } = redisDriver({ redis: connect() })
    await leases?.getOrLease('scripted', 'first', LONG_MS)
    await connect().script('FLUSH')
    const replies = await Promise.all(
      ['a', 'b'].map(async (token) => leases?.getOrLease('scripted', token, LONG_MS)),
    )
    expect(replies.map((reply) => reply?.kind)).toEqual(['held', 'held'])
    expect(await leases?.release('scripted', 'first', 'done')).toBe(true)
  })

  it('publishes nothing unless somebody waits', async () => {
    const { leases } = redisDriver({ redis: connect(), channel: 'quiet' })
    const heard: string[] = []
    const subscriber = connect()
    await subscriber.subscribe('quiet')
    subscriber.on('message', (_channel, message) => heard.push(message))
    await leases?.getOrLease('alone', 'first', LONG_MS)
    await leases?.release('alone', 'first', 'unheard')
    await leases?.getOrLease('awaited', 'first', LONG_MS)
    await leases?.getOrLease('awaited', 'second', LONG_MS)
    await leases?.release('awaited', 'first', 'heard')
    await waitUntil(() => heard.length > 0, 'a message')
    expect(heard).toEqual(['["awaited","heard"]'])
  })

  it('hears nothing of keys in another database, or under another prefix', async () => {
    const heard: string[] = []
    const [one, two, three] = [{}, { db: 1 }, { keyPrefix: 'app:' }].map((options, index) => {
      const { leases } = redisDriver({ redis: connect(options) })
      if (leases === undefined) throw new Error('It has no leases.')
      leases.listen((_key, outcome) => heard.push(`${index} ${outcome}`))
      return leases
    })
    await waitUntil(() => [one, two, three].every((leases) => leases?.isListening), 'all listen')
    for (const [index, leases] of [one, two, three].entries()) {
      await leases?.getOrLease('apart', 'first', LONG_MS)
      await leases?.getOrLease('apart', 'second', LONG_MS)
      await leases?.release('apart', 'first', `of ${index}`)
    }
    await waitUntil(() => heard.includes('2 of 2'), 'the last message')
    expect(heard).toEqual(['0 of 0', '1 of 1', '2 of 2'])
  })

  it('passes over what others say on its channel', async () => {
    const { leases } = redisDriver({ redis: connect(), channel: 'shared' })
    const heard: string[] = []
    leases?.listen((key) => heard.push(key))
    await waitUntil(() => leases?.isListening === true, 'it listens')
    const other = connect()
    for (const message of ['', 'x', '{}', '[1,2]', '["a"]', 'null', '["key","done"]']) {
      await other.publish('shared', message)
    }
    await waitUntil(() => heard.length > 0, 'a message')
    expect(heard).toEqual(['key'])
  })

  it('gives a lease back even if the server has no room for the value', async () => {
    const driver = redisDriver({ redis: connect() })
    const admin = connect()
    await driver.leases?.getOrLease('full', 'first', LONG_MS)
    await admin.config('SET', 'maxmemory', '1')
    const write = { key: 'full', bytes: 'value', ttlMs: LONG_MS }
    await expect(driver.leases?.release('full', 'first', 'done', write)).rejects.toThrow('OOM')
    await admin.config('SET', 'maxmemory', '0')
    expect(await driver.leases?.getOrLease('full', 'second', LONG_MS)).toEqual({ kind: 'leased' })
  })

  it('gives a lease back even if it may not publish', async () => {
    const admin = connect()
    await admin.call('ACL', 'SETUSER', 'mute', 'on', '>secret', '~*', '+@all', 'resetchannels')
    const { leases } = redisDriver({ redis: connect({ username: 'mute', password: 'secret' }) })
    await leases?.getOrLease('limited', 'first', LONG_MS)
    await leases?.getOrLease('limited', 'second', LONG_MS)
    expect(await leases?.release('limited', 'first', 'unheard')).toBe(true)
    expect(await leases?.getOrLease('limited', 'second', LONG_MS)).toEqual({ kind: 'leased' })
  })

  it('says that it hears nothing while its server is frozen, and closes all the same', async () => {
    const frozen = await RedisServer.start()
    try {
      const redis = own(new Redis(frozen.port))
      const driver = redisDriver({ redis })
      const { leases } = driver
      leases?.listen(() => {})
      await waitUntil(() => leases?.isListening === true, 'it listens')
      frozen.freeze()
      await waitUntil(() => leases?.isListening === false, 'the silence is noticed')
      frozen.thaw()
      await waitUntil(() => leases?.isListening === true, 'it listens again')
      frozen.freeze()
      const startMs = performance.now()
      await driver.close()
      expect(performance.now() - startMs).toBeLessThan(500)
    } finally {
      await frozen.kill()
    }
  })

  it('leaves nothing of an outage behind but a rejection', async () => {
    const driver = redisDriver({ redis: own(new Redis(await freePort(), { maxRetriesPerRequest: 0 })) })
    driver.leases?.listen(() => {})
    expect(driver.isReady).toBe(false)
    await expect(driver.get('a')).rejects.toThrow('max retries')
    await driver.close()
  })
})
