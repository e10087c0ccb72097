import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { RawClient } from '../../test/support/raw-http.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).toReversed()) await step()
})

class Run {
  readonly child: ChildProcess
  out = ''
  err = ''
  exit: number | string | undefined

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()))
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()))
    this.child.on('close', (code, signal) => (this.exit = code ?? signal ?? 'gone'))
    cleanup.push(async () => {
      if (this.exit !== undefined) return
      this.child.kill('SIGKILL')
      await once(this.child, 'close')
    })
  }

  async ended(): Promise<this> {
    await waitUntil(() => this.exit !== undefined, 'the command to end')
    return this
  }
}

async function proxyOf(origin: RequestListener | string, ...args: string[]) {
  let originUrl = origin
  if (typeof originUrl !== 'string') {
    const served = await serve(origin as RequestListener)
    cleanup.push(served.close)
    originUrl = served.url
  }
  const run = new Run(['proxy', '--origin', originUrl, '--port', '0', ...args])
  await waitUntil(() => run.out.includes('Listening at') || run.exit !== undefined, 'the command to listen')
  return { run, url: /Listening at (\S+),/.exec(run.out)?.[1] ?? `nowhere: ${run.err}` }
}

describe('thermocline', () => {
  it('explains itself, and gives its version', async () => {
    const help = await new Run(['--help']).ended()
    expect([help.exit, help.err]).toEqual([0, ''])
    expect(help.out).toMatch(/Usage: thermocline[^]*proxy/)
    const version = await new Run(['--version']).ended()
    expect([version.exit, version.out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)])
  })

  it.each([[], ['advise'], ['explain'], ['invalidate'], ['proxy']])(
    'says in its help how it ends: %s',
    async (...command) => {
      const { exit, out } = await new Run([...command, '--help']).ended()
      expect([exit, out]).toEqual([0, expect.stringContaining('\nExit codes: 0 done, 1 failed, 2 ')])
    },
  )

  it('without a command says what there is, and ends with 2', async () => {
    const { exit, out, err } = await new Run([]).ended()
    expect([exit, out, err]).toEqual([2, '', expect.stringContaining('Usage: thermocline')])
  })

  it.each([
    [['proxy', '--origin', 'http://a', 'more'], 2, /too many arguments/],
    [['explain'], 2, /missing required argument 'url'/],
    [['explain', 'http://a/', '-H'], 2, /argument missing/],
    [['proxy', '--origin', 'http://a', '--redis', 'http://a'], 2, /starts with redis:\/\//],
    [['proxi'], 2, /unknown command 'proxi' \(Did you mean proxy\?\)/],
    [['proxy'], 2, /required option '--origin <url>'/],
    [['proxy', '--origin', 'ftp://a'], 2, /starts with http:\/\/ or https:\/\//],
    [['proxy', '--origin', 'http://a', '--port', '99999'], 2, /0 to 65535/],
    [['proxy', '--origin', 'http://a', '--profile', 'fast'], 2, /safe, rfc9111/],
    [['proxy', '--origin', 'http://a', '--cache', '1'], 2, /unknown option '--cache'/],
    [['proxy', '--orign', 'http://a'], 2, /unknown option '--orign' \(Did you mean --origin\?\)/],
    [['proxy', '--origin', 'http://a/path'], 2, /`origin` is "http:\/\/a\/path"/],
    [['proxy', '--origin', 'http://a', '--namespace', 'a b'], 2, /`namespace` is "a b"/],
    [['explain', '--shard'], 2, /unknown option '--shard'/],
  ])('%j ends with one line on what is wrong', async (args, code, message) => {
    const run = await new Run(args).ended()
    expect([run.exit, run.out]).toEqual([code, ''])
    expect(run.err).toMatch(message)
    expect(run.err).toMatch(/^thermocline: [^\n]+\n$/)
  })
})

describe('thermocline proxy', () => {
  it('forwards, and writes a line for each request that shows no secrets', async () => {
    const { run, url } = await proxyOf((_, response) => response.setHeader('X-Secret', 'hush').end('body'))
    const answer = await fetch(`${url}/a?token=hush`, { headers: { authorization: 'Bearer hush' } })
    expect(await answer.text()).toBe('body')
    await waitUntil(() => run.out.includes('GET '), 'the line of the request')
    expect(run.out).toMatch(/\nGET \/a\? 200 \S+ \d+\.\dms\n$/)
    expect(run.out + run.err).not.toMatch(/hush|body/)
  })

  it('says what an origin did wrong, and nothing else when it is quiet', async () => {
    const { run, url } = await proxyOf(`http://127.0.0.1:${await freePort()}`, '--quiet')
    expect((await fetch(`${url}/a\u202e?token=hush`)).status).toBe(502)
    await waitUntil(() => run.err !== '', 'the warning')
    expect(run.err).toBe('thermocline: GET /a%E2%80%AE?: the origin gave no answer: ECONNREFUSED\n')
    expect(run.out).toMatch(/^Listening[^\n]*\n$/)
  })

  it('says what was answered from the store', async () => {
    const { run, url } = await proxyOf((_, response) => {
      response.setHeader('Cache-Control', 'max-age=60').setHeader('ETag', '"v1"').end('kept')
    })
    for (let request = 0; request < 2; request += 1) await (await fetch(`${url}/a`)).text()
    const copy = { headers: { 'if-none-match': '"v1"', 'cache-control': 'max-age=60' } }
    expect((await fetch(`${url}/a`, copy)).status).toBe(304)
    await waitUntil(() => run.out.split('GET ').length === 4, 'the third line')
    expect(run.out).toMatch(
      /\nGET \/a 200 uri-miss\+stored \S+ms\nGET \/a 200 hit \S+ms\nGET \/a 304 hit \S+ms\n$/,
    )
  })

  it('says where a stored response stood in for an origin that is gone', async () => {
    const origin = await serve((_, response) => {
      response.setHeader('Cache-Control', 'max-age=0').setHeader('ETag', '"v1"').end('kept')
    })
    cleanup.push(origin.close)
    const { run, url } = await proxyOf(origin.url)
    await (await fetch(`${url}/a`)).text()
    await origin.close()
    expect(await (await fetch(`${url}/a`)).text()).toBe('kept')
    await waitUntil(() => run.out.split('GET ').length === 3, 'the second line')
    expect(run.out).toMatch(/\nGET \/a 200 stale unreachable \d+\.\dms\n$/)
  })

  it('says that its port is taken', async () => {
    const { url } = await serve(() => {}).then((served) => (cleanup.push(served.close), served))
    const run = await new Run(['proxy', '--origin', url, '--port', new URL(url).port]).ended()
    expect(run.exit).toBe(1)
    expect(run.err).toMatch(/^thermocline: .*EADDRINUSE.*Choose another --port\.\n$/)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('at %s finishes what runs and ends with 0', async (signal) => {
    let finish = (): void => {}
    const { run, url } = await proxyOf((_, response) => {
      response.write('a')
      finish = () => response.end('b')
    })
    const answer = await fetch(url)
    run.child.kill(signal)
    await waitUntil(() => run.err.includes('Stopping'), 'the command to stop')
    expect(run.exit).toBeUndefined()
    finish()
    expect(await answer.text()).toBe('ab')
    expect((await run.ended()).exit).toBe(0)
  })

  it('at a second signal ends at once', async () => {
    const { run, url } = await proxyOf((_, response) => response.write('a'))
    const client = await RawClient.open(url)
    await client.send('GET / HTTP/1.1', 'Host: a', '', '').until('\r\na\r\n')
    run.child.kill('SIGINT')
    await waitUntil(() => run.err.includes('Stopping'), 'the command to stop')
    run.child.kill('SIGINT')
    expect((await run.ended()).exit).toBe(130)
    expect(await client.closed()).not.toMatch(/\r\n0\r\n/)
  })

  it('works with Redis, without it, and after it came back', async () => {
    const redis = await RedisServer.start()
    cleanup.push(() => redis.kill())
    const { run, url } = await proxyOf((_, response) => response.end('ok'), '--redis', redis.url)
    expect(await (await fetch(url)).text()).toBe('ok')
    await redis.kill()
    await waitUntil(() => run.err.includes('Redis is away'), 'the warning')
    expect(await (await fetch(url)).text()).toBe('ok')
    await redis.restart()
    await waitUntil(() => run.err.includes('Redis is back'), 'the good news')
    run.child.kill('SIGTERM')
    expect((await run.ended()).exit).toBe(0)
  })
})
