import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { Readable, pipeline } from 'node:stream'
import type { Request, Response } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { Clock, Gate, WAYS, afterwards, ask, serveCached } from '../../test/support/cached-app.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { type ReverseProxyOptions, createReverseProxy } from '../proxy/reverse-proxy.ts'

const CHUNK = Buffer.alloc(65_536, 'x')
/** More than the buffers of a connection take, so that who does not read is felt. */
const LARGE_BYTES = 256 * CHUNK.length
const ROOMY = { l1: { maxBytes: 8 * LARGE_BYTES } }

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A client that asks and then reads nothing. */
async function askAndIgnore(url: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).pause()
  socket.on('error', () => {})
  afterwards(() => socket.destroy())
  await once(socket, 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
  return socket
}

async function proxyTo(origin: (request: Request, response: Response) => void, options: object = {}) {
  const served = await serve(origin as Parameters<typeof serve>[0])
  afterwards(served.close)
  const clock = new Clock()
  const cache = createTieredCache({ clock: clock.now, ...ROOMY })
  afterwards(() => cache.close())
  const settings: ReverseProxyOptions = { origin: served.url, cache, clock: clock.now, ...options }
  const proxy = createReverseProxy(settings)
  const url = await proxy.listen(0)
  afterwards(() => proxy.close(0))
  return { url, clock, get: (path: string) => ask(url, 'GET', path) }
}

describe.each(WAYS)('through %s, others are not held up', (way) => {
  it('by one who does not read what they wait for as well', async () => {
    const site = await serveCached(
      way,
      (app) => {
        app.get('/a', (_, response) => {
          response.set({ 'Cache-Control': 'public, max-age=60', 'Content-Length': String(LARGE_BYTES) })
          let left = LARGE_BYTES / CHUNK.length
          const source = new Readable({ read: () => void source.push(left-- > 0 ? CHUNK : null) })
          pipeline(source, response, () => {})
        })
      },
      { response: { maxBodyBytes: LARGE_BYTES + 1, collapse: '1h' }, tiered: ROOMY },
    )
    const leader = await askAndIgnore(site.url, '/a')
    await waitUntil(() => site.calls === 1, 'the one who does not read')
    const others = await Promise.all([1, 2, 3].map(() => site.get('/a')))
    expect(others.map(({ bytes }) => bytes.length)).toEqual(Array(3).fill(LARGE_BYTES))
    expect(site.calls).toBe(1)
    leader.destroy()
    expect((await site.get('/a')).bytes).toHaveLength(LARGE_BYTES)
    expect(site.calls).toBe(1)
  })

  it.each(['private, no-store', 'no-store', 'private, max-age=60'])(
    "by another user's slow request for a URL that is %s",
    async (cacheControl) => {
      let gate = new Gate()
      const site = await serveCached(
        way,
        (app) => {
          app.get('/me', async (request, response) => {
            const { cookie } = request.headers
            if (cookie === 'slow') await gate.passed
            response.set('Cache-Control', cacheControl).send(`me ${cookie}`)
          })
        },
        { response: { collapse: '1h' } },
      )
      for (let round = 1; round <= 2; round += 1) {
        gate = new Gate()
        const slow = site.get('/me', { cookie: 'slow' })
        await waitUntil(() => site.calls === 4 * round - 3, 'the slow one')
        const users = ['ann', 'bob', 'cid']
        const answers = await Promise.all(users.map((cookie) => site.get('/me', { cookie })))
        expect(answers.map(({ body }) => body)).toEqual(['me ann', 'me bob', 'me cid'])
        gate.open()
        expect((await slow).body).toBe('me slow')
      }
    },
  )

  it('by a handler that never ends: after a while one of them goes, and the rest wait for that one', async () => {
    const site = await serveCached(
      way,
      (app) => {
        app.get('/a', async (_, response) => {
          if (site.calls === 1) return
          await nextTurn()
          response.set('Cache-Control', 'public, max-age=60').send('answer')
        })
      },
      { response: { collapse: '50ms' } },
    )
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    afterwards(() => vi.useRealTimers())
    site.get('/a').catch(() => {})
    await waitUntil(() => site.calls === 1, 'the one that never ends')
    const others = Array.from({ length: 10 }, () => site.get('/a'))
    await waitUntil(() => site.arrivals === 11, 'all of them')
    await nextTurn()
    expect(site.calls).toBe(1)
    vi.advanceTimersByTime(50)
    expect((await Promise.all(others)).map(({ body }) => body)).toEqual(Array(10).fill('answer'))
    expect(site.calls).toBe(2)
  })

  it('where they are not to wait at all', async () => {
    const gate = new Gate()
    const site = await serveCached(
      way,
      (app) => {
        app.get('/a', async (_, response) => {
          await gate.passed
          response.set('Cache-Control', 'public, max-age=60').send('answer')
        })
      },
      { response: { collapse: 0 } },
    )
    const answers = Array.from({ length: 5 }, () => site.get('/a'))
    await waitUntil(() => site.calls === 5, 'all of them in the application')
    gate.open()
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(Array(5).fill('answer'))
    expect((await site.get('/a')).trace).toContain('hit')
  })

  it.each([
    ['no-store', { 'cache-control': 'no-store' }],
    ['a cookie', { cookie: 'a=1' }],
    ['credentials', { authorization: 'Bearer x' }],
  ])('by a first request with %s: those who come at once still make one call', async (_, headers) => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.get('/a', async (_request, response) => {
        if (site.calls > 1) await gate.passed
        response.set('Cache-Control', 'max-age=60').send('answer')
      })
    })
    expect((await site.get('/a', headers)).trace).not.toContain('stored')
    const answers = Array.from({ length: 50 }, () => site.get('/a'))
    await waitUntil(() => site.arrivals === 51, 'all of them')
    gate.open()
    expect((await Promise.all(answers)).every(({ body }) => body === 'answer')).toBe(true)
    expect(site.calls).toBe(2)
  })
})

it('one who does not read holds up nobody in front of another origin either', async () => {
  let calls = 0
  const options = { maxBodyBytes: LARGE_BYTES + 1, collapse: '1h' }
  const { url, get } = await proxyTo((_, response) => {
    calls += 1
    response.setHeader('Cache-Control', 'public, max-age=60').end(Buffer.alloc(LARGE_BYTES, 'x'))
  }, options)
  await askAndIgnore(url, '/a')
  await waitUntil(() => calls === 1, 'the one who does not read')
  const others = await Promise.all([1, 2, 3].map(() => get('/a')))
  expect(others.map(({ bytes }) => bytes.length)).toEqual(Array(3).fill(LARGE_BYTES))
  expect(calls).toBe(1)
})

describe.each(WAYS)('through %s, a head that could not be written', (way) => {
  it('leaves nothing behind: what follows it is judged and traced for itself', async () => {
    const errors: unknown[] = []
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        response.setHeader('Cache-Control', 'public, max-age=60')
        const { cookie } = request.headers
        if (cookie === undefined) {
          response.end('for all')
          return
        }
        try {
          response.writeHead(200, 'caf\u0119')
        } catch (error) {
          errors.push((error as NodeJS.ErrnoException).code)
          response.statusMessage = ''
          response.setHeader('Cache-Control', 'private, max-age=60')
          response.setHeader('Set-Cookie', 'sid=secret')
          response.write('for ')
          response.end(cookie)
        }
      })
    })
    const own = await site.get('/a', { cookie: 'ann' })
    expect(errors).toEqual(['ERR_INVALID_CHAR'])
    expect(own).toMatchObject({ body: 'for ann', headers: { 'set-cookie': ['sid=secret'] } })
    expect(own.trace).toMatch(/^Response; fwd=uri-miss; fwd-status=200; detail=store-[a-z-]+$/)
    const other = await site.get('/a')
    expect(other).toMatchObject({ body: 'for all', trace: expect.stringContaining('fwd=uri-miss') })
    expect(other.headers['set-cookie']).toBeUndefined()
    expect(site.calls).toBe(2)
  })
})

/** A handler that is well at first, and then fails in the middle of saying so. */
function failing(calls: () => number, fail: (response: Response) => void, body: Buffer) {
  return (_: Request, response: Response): void => {
    if (calls() === 1) {
      response.setHeader('Cache-Control', 'max-age=1, stale-if-error=600').end(body)
      return
    }
    response.writeHead(503, { 'Content-Length': '9' })
    response.write('err')
    fail(response)
  }
}

const FAILURES = [
  ['stalls', () => {}],
  ['breaks off', (response: Response) => void setImmediate(() => response.socket?.destroySoon())],
] as const

describe.each(WAYS)('through %s, an error whose body', (way) => {
  it('stalls is not waited for: the stale response comes at once, and whole', async () => {
    const body = Buffer.alloc(1_000_000, 's')
    const site = await serveCached(way, (app) => {
      app.get(
        '/a',
        failing(
          () => site.calls,
          () => {},
          body,
        ),
      )
    })
    await site.get('/a')
    site.clock.forward(3)
    const answer = await site.get('/a')
    expect(answer).toMatchObject({ status: 200, trace: expect.stringContaining('detail=stale-if-error') })
    expect(answer.bytes.equals(body)).toBe(true)
  })
})

describe.each([4, 3_000_000])('in front of another origin, with %d bytes that are stale,', (size) => {
  it.each(FAILURES)('an error whose body %s is not waited for', async (_, fail) => {
    let calls = 0
    const body = Buffer.alloc(size, 's')
    const handler = failing(() => calls, fail, body)
    const { clock, get } = await proxyTo((request, response) => {
      calls += 1
      handler(request, response)
    })
    expect((await get('/a')).bytes).toHaveLength(size)
    clock.forward(3)
    const answer = await get('/a')
    expect(answer).toMatchObject({ status: 200, trace: expect.stringContaining('detail=stale-if-error') })
    expect(answer.bytes.equals(body)).toBe(true)
    expect(calls).toBe(2)
  })
})

it('a stale response is whole for a slow reader too, when the error that it stands in for breaks off', async () => {
  let calls = 0
  let isBroken = false
  const options = { maxBodyBytes: LARGE_BYTES + 1 }
  const { url, clock, get } = await proxyTo((_, response) => {
    calls += 1
    if (calls === 1) {
      response.setHeader('Cache-Control', 'max-age=1, stale-if-error=600').end(Buffer.alloc(LARGE_BYTES, 's'))
      return
    }
    response.writeHead(503, { 'Content-Length': '9' })
    response.write('err')
    response.once('close', () => (isBroken = true))
    setImmediate(() => response.socket?.destroySoon())
  }, options)
  await get('/a')
  clock.forward(3)
  const slow = await askAndIgnore(url, '/a')
  await waitUntil(() => isBroken, 'the origin to break off')
  for (let round = 0; round < 20; round += 1) await nextTurn()
  let bytes = 0
  slow.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume()
  await waitUntil(() => bytes > LARGE_BYTES || slow.closed, 'all of it')
  expect(bytes).toBeGreaterThan(LARGE_BYTES)
})
