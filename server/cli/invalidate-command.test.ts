import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { quietApp } from '../../test/support/cached-app.ts'
import { freePort } from '../../test/support/free-port.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { invalidationEndpoint } from '../invalidate/invalidation-endpoint.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const TOKEN = 'a-token-of-some-length'

let server: RedisServer
beforeAll(async () => {
  server = await RedisServer.start()
})
afterAll(() => server.kill())

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).toReversed()) await step()
})

/** Runs the command to its end. */
async function run(args: readonly string[], variables: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', MAIN, 'invalidate', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...variables },
  })
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  cleanup.push(() => child.kill('SIGKILL'))
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, out, err }
}

async function application(namespace: string): Promise<TieredCache> {
  const redis = new Redis(server.url)
  redis.on('error', () => {})
  const cache = createTieredCache({ redis, namespace, maxLagMs: '500ms', l2TimeoutMs: '30s' })
  cleanup.push(
    () => redis.disconnect(),
    () => cache.close(),
  )
  expect(await cache.ready(30_000)).toBe(true)
  return cache
}

const at = (namespace: string) => ['--redis', server.url, '--namespace', namespace, '--timeout', '30']

describe('thermocline invalidate', () => {
  it('has every process let go, and says so in a line', async () => {
    const cache = await application('plain')
    await cache.set('a', 1, { groups: ['product-42'] })
    await cache.set('b', 1)
    await cache.set('user:1', 1)
    const names = [
      '--group',
      'product-42',
      '--key',
      'b',
      '--prefix',
      'user:',
      '--url',
      'https://shop.example/a',
    ]
    expect(await run([...names, ...at('plain')])).toEqual({
      exit: 0,
      err: '',
      out: 'Deleted group product-42, key b, keys that begin with user: and 1 more. Every process has let go.\n',
    })
    expect(['a', 'b', 'user:1'].map((key) => cache.peek(key))).toEqual([undefined, undefined, undefined])
    expect(await cache.find('a')).toBeUndefined()
  })

  it('expires where it is asked to', async () => {
    const cache = await application('expires')
    await cache.set('a', 1, { groups: ['g'] })
    const { exit, out } = await run(['--group', 'g', '--expire', '--wait', 'local', ...at('expires')])
    expect([exit, out]).toEqual([0, 'Expired group g. The log has it.\n'])
    await waitUntil(() => cache.peek('a') === undefined, 'it to be heard of')
    expect((await cache.find('a'))?.value).toBe(1)
  })

  it.each([
    [[], 'nothing to invalidate'],
    [['--group', 'g'], 'give either --redis or --endpoint'],
    [['--group', 'g', '--redis', 'redis://a', '--endpoint', 'http://a'], 'give either'],
    [['--group', 'G:1', '--redis', 'REDIS', '--namespace', 'plain'], '(group-invalid)'],
    [['--group', 'g', '--wait', 'edges', '--redis', 'REDIS'], 'only the application knows its edges'],
    [['--group', 'g', '--wait', 'all', '--redis', 'REDIS'], 'Allowed choices are local, fleet, edges'],
    [['--group', 'g', '--endpoint', 'http://127.0.0.1:1', '--token-env', 'NO_SUCH'], 'NO_SUCH has no token'],
    [['--grop', 'g'], "unknown option '--grop'"],
    [['--group', 'g', '--redis', 'redis://127.0.0.1:1', '--timeout', '0'], 'Give seconds'],
    // Told as a mistake although nobody is there.
    [['--group', 'G:1', '--redis', 'redis://127.0.0.1:1'], '(group-invalid)'],
    [['--url', '/a', '--redis', 'redis://127.0.0.1:1'], 'Give absolute ones'],
    [
      ['--url', 'shop.example/a', '--endpoint', 'http://127.0.0.1:1', '--token-env', 'PATH'],
      'neither an absolute',
    ],
    [['--url', '//shop.example/a', '--endpoint', 'http://127.0.0.1:1', '--token-env', 'PATH'], 'neither'],
    [['--group', 'g', '--redis', 'redis://a', '--origin', 'https://a'], '--origin goes with --endpoint'],
    [['--group', 'g', '--endpoint', 'http://a', '--origin', 'shop.example'], 'Give scheme, host and port'],
    [['--group', 'g', '--endpoint', 'http://a', '--origin', 'https://a/shop'], 'Give scheme, host and port'],
  ])('%j ends with 2 and one line on what is wrong', async (args, message) => {
    const { exit, out, err } = await run(args.map((arg) => (arg === 'REDIS' ? server.url : arg)))
    expect([out, exit]).toEqual(['', 2])
    expect(err).toMatch(/^thermocline: [^\n]+\n$/)
    expect(err).toContain(message)
  })

  it('names who has not let go in time, and fails', async () => {
    const cache = await application('late')
    await cache.set('a', 1)
    const redis = new Redis(server.url)
    cleanup.push(() => redis.disconnect())
    // What a process leaves behind that has stopped without a word.
    await redis.hset('{late}:log:members', 'frozen-1', `0 ${Date.now() + 3_600_000}`)
    const { exit, out, err } = await run(['--key', 'a', ...at('late').slice(0, -1), '1'])
    expect([exit, out]).toEqual([1, ''])
    expect(err).toMatch(/^thermocline: Deleted key a\. Not known to have let go within 1 s: .*frozen-1.*\n$/)
    expect(cache.peek('a')).toBeUndefined()
  })

  it('tells of a namespace that nobody uses, and does not begin one', async () => {
    const { exit, err } = await run(['--group', 'g', ...at('misspelt')])
    expect([exit, err]).toEqual([
      1,
      expect.stringContaining('nothing at this Redis uses the namespace misspelt'),
    ])
    const redis = new Redis(server.url)
    cleanup.push(() => redis.disconnect())
    expect(await redis.keys('*misspelt*')).toEqual([])
  })

  it('gives up on a Redis that is not there, and does not show its password', async () => {
    const url = `redis://:secret-word@127.0.0.1:${await freePort()}`
    const { exit, out, err } = await run(['--group', 'g', '--redis', url, '--timeout', '1'])
    expect([exit, out]).toEqual([1, ''])
    expect(err).toBe('thermocline: Redis did not answer within 1 s, so nothing was invalidated\n')
  })
})

describe('thermocline invalidate --endpoint', () => {
  async function endpoint() {
    const cache = createTieredCache()
    const app = quietApp().post('/invalidate', invalidationEndpoint({ cache, token: TOKEN }))
    const { url, close } = await serve(app)
    cleanup.push(close)
    return { cache, url: `${url}/invalidate` }
  }

  it('asks from afar', async () => {
    const { cache, url } = await endpoint()
    await cache.set('a', 1, { groups: ['g'] })
    const args = ['--group', 'g', '--url', 'https://shop.example/a', '--endpoint', url]
    expect(await run(args, { THERMOCLINE_TOKEN: TOKEN })).toEqual({
      exit: 0,
      err: '',
      out: 'Deleted group g, https://shop.example/a. Every process has let go.\n',
    })
    expect(cache.peek('a')).toBeUndefined()
  })

  it.each([
    [['--group', 'g'], 'another-token-entirely', 1, 'the endpoint answered 401: Send `Authorization'],
    [['--group', 'g', '--wait', 'edges'], TOKEN, 1, "`wait` is 'edges'"],
    [['--key', 'a'], TOKEN, 2, 'Keys go by --redis'],
  ])('says why it was refused: %j', async (args, token, code, message) => {
    const { url } = await endpoint()
    const { exit, out, err } = await run([...args, '--endpoint', url, '--token-env', 'T'], { T: token })
    expect([out, exit]).toEqual(['', code])
    expect(err).toContain(message)
    expect(err).not.toContain(token)
  })

  it.each([
    [[], 'ENDPOINT'],
    [['--origin', 'https://shop.example'], 'https://shop.example'],
    [['--origin', 'http://shop.example:8080/'], 'http://shop.example:8080'],
  ])('means its own site, unless it is told which: %j', async (args, site) => {
    const events: Record<string, unknown>[] = []
    const { url, close } = await serve((request, response) => {
      void json(request).then((event) => {
        events.push(event as Record<string, unknown>)
        response.end('{"acknowledged": true, "missing": []}')
      })
    })
    cleanup.push(close)
    const names = ['--group', 'g', '--url', '/a?b=1', '--url', 'https://other.example/c']
    const ran = await run([...names, '--endpoint', `${url}/in/validate`, ...args], {
      THERMOCLINE_TOKEN: TOKEN,
    })
    expect([ran.exit, ran.err]).toEqual([0, ''])
    const origin = site === 'ENDPOINT' ? new URL(url).origin : site
    const withPort = /:\d+$/.test(origin) ? origin : `${origin}:443`
    expect(events).toEqual([
      { type: 'group', selectors: [withPort], groups: ['g'], purge: true, wait: 'fleet' },
      { type: 'uri', selectors: [`${origin}/a?b=1`, 'https://other.example/c'], purge: true, wait: 'fleet' },
    ])
  })

  it('gives up on one that is not there', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    const { exit, err } = await run(['--group', 'g', '--endpoint', url], { THERMOCLINE_TOKEN: TOKEN })
    expect([exit, err]).toEqual([1, 'thermocline: the endpoint gave no answer: ECONNREFUSED\n'])
  })
})
