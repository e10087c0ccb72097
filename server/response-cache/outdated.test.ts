import type { Express, Request, Response } from 'express'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock, Gate, WAYS, afterwards, cacheOn, serveCached } from '../../test/support/cached-app.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const USER = { cookie: 'a=1', authorization: 'Bearer x' }

describe.each(WAYS)('through %s, a stale response that is asked for again in the background', (way) => {
  it.each([
    ['nobody in particular', 'max-age=60, stale-while-revalidate=600', [undefined, undefined]],
    ['all, in a word', 'public, max-age=60, stale-while-revalidate=600', ['a=1', 'Bearer x']],
    ['shared caches', 's-maxage=60, stale-while-revalidate=600', ['a=1', 'Bearer x']],
  ])('for a user, where it is meant for %s', async (_, cacheControl, expected) => {
    const asked: unknown[] = []
    const site = await serveCached(way, (app) => {
      app.get('/a', (request, response) => {
        asked.push([request.headers.cookie, request.headers.authorization])
        response.set('Cache-Control', cacheControl).send(`call ${asked.length}`)
      })
    })
    await site.get('/a')
    for (let call = 2; call <= 3; call += 1) {
      site.clock.forward(70)
      expect(await site.get('/a', USER)).toMatchObject({
        body: `call ${call - 1}`,
        trace: expect.stringContaining('hit'),
      })
      await waitUntil(() => asked.length === call, 'the call behind it')
      expect(asked[call - 1]).toEqual(expected)
      await waitUntil(async () => (await site.get('/a')).body === `call ${call}`, 'the new one')
    }
  })
})

/** A page that is stored first, and then as it is told. */
function changing(state: { say: ((response: Response) => unknown) | undefined }, window: string) {
  return (app: Express): void => {
    app.get('/a', (_, response) => {
      if (state.say !== undefined) state.say(response)
      else response.set({ 'Cache-Control': `max-age=1, ${window}`, ETag: '"1"' }).send('OLD')
    })
  }
}

const WORDS = [
  [
    '404, no-store',
    (response: Response) => response.status(404).set('Cache-Control', 'no-store').send('gone'),
  ],
  ['200, private', (response: Response) => response.set('Cache-Control', 'private').send('own')],
  ['200, no-store', (response: Response) => response.set('Cache-Control', 'no-store').send('own')],
  ['304, private', (response: Response) => response.status(304).set('Cache-Control', 'private').end()],
  ['304, no-store', (response: Response) => response.status(304).set('Cache-Control', 'no-store').end()],
] as const

const down = (response: Response): void => void response.status(503).send('down')

describe.each(WAYS)('through %s, what is stored and no longer meant for caches', (way) => {
  it.each(WORDS)('goes at %s', async (_, say) => {
    const state: Parameters<typeof changing>[0] = { say: undefined }
    const site = await serveCached(way, changing(state, 'stale-if-error=999'))
    await site.get('/a')
    site.clock.forward(3)
    state.say = say
    await site.get('/a')
    state.say = down
    expect(await site.get('/a')).toMatchObject({ status: 503, body: 'down' })
  })

  it.each(WORDS)('goes at %s in the background', async (_, say) => {
    const state: Parameters<typeof changing>[0] = { say: undefined }
    const site = await serveCached(way, changing(state, 'stale-while-revalidate=999'))
    await site.get('/a')
    site.clock.forward(3)
    state.say = say
    expect((await site.get('/a')).body).toBe('OLD')
    await waitUntil(() => site.calls === 2, 'the call behind it')
    await nextTurn()
    state.say = down
    expect(await site.get('/a')).toMatchObject({ status: 503, body: 'down' })
  })

  it.each(
    WORDS.flatMap(([name, say]) => [
      [name, 'a cookie', { cookie: 'a=1' }, say] as const,
      [name, 'credentials', { authorization: 'Bearer x' }, say] as const,
    ]),
  )('stays at %s to a request with %s', async (_, _who, headers, say) => {
    const state: Parameters<typeof changing>[0] = { say: undefined }
    const site = await serveCached(way, changing(state, 'stale-if-error=999'))
    await site.get('/a')
    site.clock.forward(3)
    state.say = say
    await site.get('/a', headers)
    expect(site.calls).toBe(2)
    state.say = down
    expect(await site.get('/a')).toMatchObject({ status: 200, body: 'OLD' })
  })
})

describe.each(WAYS)('through %s, what was invalidated while others waited for it', (way) => {
  it.each([
    ['is not for others', (response: Response) => void response.set('Cache-Control', 'private').send('own')],
    ['is an error', (response: Response) => void response.status(500).send('own')],
  ])('is neither validated nor kept by them when what they waited for %s', async (_, answer) => {
    const gate = new Gate()
    const asked: unknown[] = []
    let body = 'OLD'
    const site = await serveCached(way, (app) => {
      app.post('/a', (_request, response) => {
        body = 'NEW'
        response.status(204).end()
      })
      app.get('/a', async (request, response) => {
        asked.push(request.get('if-modified-since'))
        if (asked.length === 2) {
          await gate.passed
          answer(response)
          return
        }
        response.set('Cache-Control', 'max-age=1, stale-if-error=9999')
        response.set('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
        if (request.get('if-modified-since')) response.status(304).end()
        else response.send(body)
      })
    })
    await site.get('/a')
    site.clock.forward(3)
    const leader = site.get('/a')
    await waitUntil(() => asked.length === 2, 'the first of them')
    const follower = site.get('/a')
    await waitUntil(() => site.arrivals === 3, 'who waits for it')
    await nextTurn()
    expect((await site.send('POST', '/a')).status).toBe(204)
    gate.open()
    expect((await leader).body).toBe('own')
    expect((await follower).body).toBe('NEW')
    expect(asked.slice(2)).toEqual([undefined])
    expect(await site.get('/a')).toMatchObject({ body: 'NEW', trace: expect.stringContaining('hit') })
  })

  it('does not stand in for the error that one in flight then meets', async () => {
    const gate = new Gate()
    const site = await serveCached(way, (app) => {
      app.post('/a', (_, response) => void response.status(204).end())
      app.get('/a', async (_, response) => {
        if (site.calls > 1) {
          await gate.passed
          response.status(500).send('error')
        } else response.set('Cache-Control', 'max-age=1, stale-if-error=9999').send('OLD')
      })
    })
    await site.get('/a')
    site.clock.forward(3)
    const inFlight = site.get('/a')
    await waitUntil(() => site.calls === 2, 'the request')
    await site.send('POST', '/a')
    gate.open()
    expect(await inFlight).toMatchObject({ status: 500, body: 'error' })
  })
})

describe('what is invalidated while L2 is still being read', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.kill())

  it.each(WAYS)('is not answered, through %s', async (way) => {
    const clock = new Clock()
    const [gate, read] = [new Gate(), new Gate()]
    let version = 'v0'
    const page = (_: Request, response: Response): void => {
      response.set({ 'Cache-Control': 'max-age=600', 'Cache-Groups': '"g"' })
      response.send(version + 'y'.repeat(20_000))
    }
    const one = await serveCached(way, (app) => void app.get('/a', page), {
      cache: await cacheOn(server.url, clock),
      clock,
    })
    const redis = new Redis(server.url)
    afterwards(() => redis.disconnect())
    const plain = redis.callBuffer.bind(redis) as (...command: unknown[]) => Promise<unknown>
    const slow = async (...command: unknown[]): Promise<unknown> => {
      const reply = await plain(...command)
      if (command.some((part) => String(part).includes('response-body'))) {
        read.open()
        await gate.passed
      }
      return reply
    }
    Object.assign(redis, { callBuffer: slow })
    const cache = createTieredCache({ redis, clock: clock.now, maxLagMs: '30d', l2TimeoutMs: '30s' })
    afterwards(() => cache.close())
    expect(await cache.ready(30_000)).toBe(true)
    const two = await serveCached(way, (app) => void app.get('/a', page), { cache, clock })
    const host = { host: `${way.toLowerCase()}.example` }
    await one.get('/a', host)
    const probe = new Redis(server.url)
    afterwards(() => probe.disconnect())
    const inL2 = async () =>
      (await probe.keys('*')).filter((key) => key.includes(host.host) || key.includes('-body')).length
    await waitUntil(async () => (await inL2()) >= 3, 'the response in L2')
    version = 'v1'
    const inFlight = two.get('/a', host)
    await read.passed
    await cache.invalidate({ groups: ['g'] })
    gate.open()
    expect((await inFlight).body.slice(0, 2)).toBe('v1')
    expect((await two.get('/a', host)).body.slice(0, 2)).toBe('v1')
  })
})
