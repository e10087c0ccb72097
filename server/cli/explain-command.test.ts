import { execFile } from 'node:child_process'
import type { RequestListener } from 'node:http'
import { type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../test/support/free-port.ts'
import { serve } from '../../test/support/serve.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0).toReversed()) await step()
})

interface Ended {
  readonly exit: number
  readonly out: string
  readonly err: string
}

function explain(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', MAIN, 'explain', ...args], (error, out, err) => {
      resolve({ exit: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

async function serving(listener: RequestListener): Promise<string> {
  const { url, close } = await serve(listener)
  cleanup.push(close)
  return url
}

const PRODUCT = {
  'Cache-Control': 'public, max-age=60, stale-while-revalidate=60',
  'CDN-Cache-Control': 'max-age=300',
  ETag: '"v1"',
  Vary: 'Accept-Encoding',
  'Cache-Status': 'L2; fwd=uri-miss; stored, L1; hit; ttl=42; detail=memory',
} as const

describe('thermocline explain', () => {
  it('shows what came back, what the caches on the way said, and what a browser and a shared cache do', async () => {
    const url = await serving((_, response) => response.writeHead(200, PRODUCT).end('body'))
    const { exit, out, err } = await explain(`${url}/products/42#part`)
    expect([exit, err]).toEqual([0, ''])
    expect(out).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/products\/42\n200 OK, 4 bytes, after \d+ ms\n/)
    expect(out).toContain('\n  CDN-Cache-Control  max-age=300\n')
    expect(out).toContain('\n  L2  asked further on (uri-miss), stored the answer\n')
    expect(out).toContain('\n  L1  answered from its store, fresh for 42 s, detail: memory\n')
    // Less by as long as it was on its way.
    expect(out).toMatch(/\nA browser stores it, and answers from it for [1-6]\d s without asking\.\n/)
    expect(out).toMatch(
      /\nA shared cache stores it, and answers from it for (5 min|4 min \d+ s) without asking\.\n/,
    )
    expect(out).toMatch(/ {2,}directives-targeted\n.* {2,}RFC 9213 §2\.2\n/)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('asks as it is told to: with that method and those fields, none of them conditional', async () => {
    const seen: unknown[] = []
    const url = await serving((request, response) => {
      seen.push([request.method, request.url, request.headers])
      response.writeHead(204).end()
    })
    const { exit, out } = await explain(
      url,
      '--method',
      'delete',
      '-H',
      'X-A: 1',
      '--header',
      'user-agent: me',
      '-HX-B:2',
    )
    expect(exit).toBe(0)
    expect(seen).toEqual([
      [
        'DELETE',
        '/',
        {
          accept: '*/*',
          'accept-encoding': 'gzip, deflate, br',
          connection: 'keep-alive',
          host: new URL(url).host,
          'user-agent': 'me',
          'x-a': '1',
          'x-b': '2',
        },
      ],
    ])
    expect(out).toContain('A shared cache lets go of what it has stored.')
  })

  it('explains one cache alone, by the profile that is asked for', async () => {
    const headers = { 'Cache-Control': 'max-age=60', 'Set-Cookie': 'sid=hush' }
    const url = await serving((_, response) => response.writeHead(200, headers).end())
    const safe = await explain(url, '--shared')
    expect(safe.out).toContain('A shared cache does not store it.')
    expect(safe.out).not.toMatch(/A browser|hush/)
    const letter = await explain(url, '--shared', '--profile', 'rfc9111')
    expect(letter.out).toContain('A shared cache stores it')
    const own = await explain(url, '--private')
    expect(own.out).toContain('A browser stores it')
    expect(own.out).not.toContain('A shared cache')
  })

  it('finds what is wrong with a header, and counts the bytes as they are coded', async () => {
    const body = gzipSync('a'.repeat(1_000))
    const headers = { 'Cache-Control': 'max-age: 60; public', 'Content-Encoding': 'gzip' }
    const url = await serving((_, response) => response.writeHead(200, headers).end(body))
    const { out } = await explain(url, '--private')
    expect(out).toContain(`200 OK, ${body.length} bytes of gzip, after `)
    expect(out).toMatch(
      / 2\. "max-age: 60; public" can not be read as it stands, and counts as +directives-unread\n/,
    )
    expect(out).toContain('write max-age=60, public.')
  })

  it('does not follow a redirect, and says where it leads', async () => {
    const paths: unknown[] = []
    const url = await serving((request, response) => {
      paths.push(request.url)
      response.writeHead(301, { Location: '/new' }).end()
    })
    const { out } = await explain(`${url}/old`)
    expect(out).toContain(`It leads to ${url}/new, which is not followed.`)
    expect(paths).toEqual(['/old'])
  })

  it('prints the structure for programs', async () => {
    const url = await serving((_, response) => response.writeHead(200, PRODUCT).end('body'))
    const { out } = await explain(url, '--json', '--private')
    const parsed: unknown = JSON.parse(out)
    expect(parsed).toMatchObject({
      status: 200,
      bodyBytes: 4,
      fields: { 'cache-control': PRODUCT['Cache-Control'], etag: '"v1"' },
      cacheStatus: [
        { name: 'L2', fwd: 'uri-miss', stored: true },
        { name: 'L1', hit: true, ttl: 42 },
      ],
      explanations: {
        private: { verdict: { kind: 'stored', lifetime: { seconds: 60, source: 'max-age' } } },
      },
    })
    expect(out).not.toContain('"shared"')
  })

  it('can not be made to rewrite the terminal, or to fill it', async () => {
    const server = createServer((socket) => {
      const answer = [
        'HTTP/1.1 200 \u001b[2JOK',
        `Cache-Control: max-age=60, private="a\u009b\u0007${'x'.repeat(5_000)}"`,
        `ETag: "${'y'.repeat(5_000)}"`,
        'Content-Length: 0',
        '',
        '',
      ]
      socket.on('error', () => {}).end(answer.join('\r\n'), 'latin1')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    cleanup.push(() => server.close())
    const { port } = server.address() as { port: number }
    const { out, err } = await explain(`http://127.0.0.1:${port}/`)
    expect(out + err).not.toMatch(/[^\P{C}\n]/u)
    expect((out + err).length).toBeLessThan(6_000)
  })

  it('ends although the body does not', async () => {
    const url = await serving((_, response) => {
      response
        .writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
        .write(': hi\n')
    })
    const { exit, out } = await explain(url)
    expect([exit, out]).toEqual([0, expect.stringContaining('A browser does not store it.')])
  })
})

describe('thermocline explain ends with one line and 1', () => {
  const oneLine = (message: RegExp): Ended => ({
    exit: 1,
    out: '',
    err: expect.stringMatching(
      new RegExp(`^thermocline: (?!.*secret)(?=.*${message.source})[^\n]+\n$`),
    ) as string,
  })

  it.each([[['http://nowhere.invalid/'], /nowhere\.invalid (is no host|could not be looked up)/]])(
    'for %j',
    async (args, message) => {
      // Where no name server answers, finding that out takes longer than the usual 10 s.
      expect(await explain(...args, '--timeout', '100')).toEqual(oneLine(message))
    },
  )

  it('where nothing listens', async () => {
    const url = `http://127.0.0.1:${await freePort()}/`
    expect(await explain(url)).toEqual(oneLine(/refused the connection/))
  })

  it('where there is no answer in time', async () => {
    const url = await serving(() => {})
    expect(await explain(url, '--timeout', '0.3')).toEqual(
      oneLine(/gave no answer within 0\.3 s\. Raise --timeout/),
    )
  })

  it.each([
    ['cuts the connection', (socket: Socket) => void socket.end(), /cut the connection/],
    [
      'does not speak HTTP',
      (socket: Socket) => void socket.end('SSH-2.0-x\r\n\r\n'),
      /no answer that could be read/,
    ],
  ])('where a server %s', async (_, answer, message) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => answer(socket))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    cleanup.push(() => server.close())
    const { port } = server.address() as { port: number }
    expect(await explain(`http://127.0.0.1:${port}/`)).toEqual(oneLine(message))
  })

  it.each([
    [['http://a/', '-H', 'Transfer-Encoding: secret'], /this request can't be sent/],
    [['http://a/', '-H', 'Content-Length: secret'], /this request can't be sent/],
    [['http://a/', '-H', 'no colon'], /Give a field as 'Name: value'\./],
    [['not a url'], /"not a url" is no URL\. Give one that starts with http/],
    [['ftp://a/'], /is no URL/],
    [['http://me:secret@a/'], /--header 'Authorization/],
  ])('and with 2 where the command line makes no sense: %j', async (args, message) => {
    expect(await explain(...args)).toEqual({ ...oneLine(message), exit: 2 })
  })
})
