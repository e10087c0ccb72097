import type { Express } from 'express'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  Clock,
  Gate,
  type Site,
  WAYS,
  type Way,
  afterwards,
  cacheOn,
  serveCached,
} from '../../test/support/cached-app.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

const FRESH = 'public, max-age=60'
let server: RedisServer
let redis: Redis

beforeAll(async () => {
  server = await RedisServer.start()
  redis = new Redis(server.url)
  redis.on('error', () => {})
})
afterAll(async () => {
  redis.disconnect()
  await server.kill()
})
beforeEach(() => redis.flushall())

/** Several processes of one application: a cache and a connection each, one Redis, one time. */
async function fleet(way: Way, build: (app: Express) => void, size = 2): Promise<Site[]> {
  const clock = new Clock()
  return Promise.all(
    Array.from({ length: size }, async () => {
      const cache = await cacheOn(server.url, clock)
      return serveCached(way, build, { cache, clock })
    }),
  )
}

const keysInL2 = async (part: string) => (await redis.keys('*')).filter((key) => key.includes(part))
const inL2 = (part: string, count = 1) =>
  waitUntil(async () => (await keysInL2(part)).length >= count, `${part} in L2`)
const settled = (path: string) => inL2(`${path}\n\n`)

describe.each(WAYS)('through %s, a second process', (way) => {
  it('answers from L2 what the first one stored, and then from L1', async () => {
    const [one, two] = (await fleet(way, (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).json({ a: 1 }))
    })) as [Site, Site]
    const host = { host: 'shop.example' }
    const first = await one.get('/a', host)
    await settled('shop.example /a')
    one.clock.forward(10)
    const second = await two.get('/a', host)
    expect(second).toMatchObject({ body: first.body, headers: { age: '10', etag: first.headers.etag } })
    expect(second.trace).toBe('Response; hit; ttl=50; detail=L2')
    expect((await two.get('/a', host)).trace).toBe('Response; hit; ttl=50; detail=L1')
    expect((await two.get('/a', { ...host, 'if-none-match': first.headers.etag ?? '' })).status).toBe(304)
    expect(two.calls).toBe(0)
  })

  it('finds the variants of the first', async () => {
    const [one, two] = (await fleet(way, (app) => {
      app.get('/a', (request, response) => {
        response.set({ 'Cache-Control': FRESH, Vary: 'X-Color' }).send(request.get('x-color'))
      })
    })) as [Site, Site]
    for (const color of ['red', 'blue']) await one.get('/a', { host: 'x', 'x-color': color })
    await inL2('x /a\n\n', 2)
    await waitUntil(async () => (await keysInL2('x /a')).length === 3, 'the index as well')
    for (const color of ['blue', 'red']) {
      expect(await two.get('/a', { host: 'x', 'x-color': color })).toMatchObject({ body: color })
    }
    expect(two.calls).toBe(0)
  })

  it('asks its application once, however many ask it at once', async () => {
    const gate = new Gate()
    const [site] = (await fleet(
      way,
      (app) => {
        app.get('/a', async (_, response) => {
          await gate.passed
          response.set('Cache-Control', FRESH).send('x')
        })
      },
      1,
    )) as [Site]
    const answers = Array.from({ length: 20 }, () => site.get('/a'))
    await waitUntil(() => site.arrivals === 20 && site.calls > 0, 'all of them')
    gate.open()
    await Promise.all(answers)
    expect(site.calls).toBe(1)
  })

  it('lets go of what the first invalidates, by group', async () => {
    let price = 1
    const [one, two] = (await fleet(way, (app) => {
      app.get('/a', (_, response) => {
        response.set({ 'Cache-Control': FRESH, 'Cache-Groups': '"product-42", "fruit"' }).send(`${price}`)
      })
    })) as [Site, Site]
    const host = { host: 'x' }
    await one.get('/a', host)
    await settled('x /a')
    expect((await two.get('/a', host)).body).toBe('1')
    price = 2
    await one.cache.invalidate({ groups: ['product-42'] })
    expect((await one.get('/a', host)).body).toBe('2')
    await waitUntil(async () => (await two.get('/a', host)).body === '2', 'the second process to hear of it')
    expect((await two.get('/a', host)).trace).toContain('hit')
  })

  it('lets go of what is written through the first, under any query that is equal by rule', async () => {
    let price = 1
    const [one, two] = (await fleet(way, (app) => {
      app.get('/a', (_, response) => {
        response.set({ 'Cache-Control': FRESH, 'No-Vary-Search': 'params=("utm")' }).send(`${price}`)
      })
      app.post('/a', (_, response) => void response.sendStatus(204))
    })) as [Site, Site]
    const host = { host: 'x' }
    for (const path of ['/a', '/a?utm=1']) await two.get(path, host)
    price = 2
    // The first has never seen the response, so it can't know its rule.
    await one.send('POST', '/a?utm=2', host)
    for (const path of ['/a?utm=1', '/a?utm=3']) {
      await waitUntil(async () => (await two.get(path, host)).body === '2', `${path} to be let go of`)
    }
    expect((await two.get('/a', host)).body).toBe('1')
  })

  it('keeps nothing that was on its way while the first invalidated it', async () => {
    const gate = new Gate()
    let price = 1
    const [one, two] = (await fleet(way, (app) => {
      app.get('/a', async (_, response) => {
        const read = price
        if (read === 1) await gate.passed
        response.set({ 'Cache-Control': FRESH, 'Cache-Groups': '"product"' }).send(`${read}`)
      })
    })) as [Site, Site]
    const host = { host: 'x' }
    const slow = two.get('/a', host)
    await waitUntil(() => two.calls === 1, 'the read')
    price = 2
    await one.cache.invalidate({ groups: ['product'] })
    gate.open()
    expect((await slow).body).toBe('1')
    await waitUntil(async () => (await two.get('/a', host)).body === '2', 'the second process to hear of it')
    expect((await one.get('/a', host)).body).toBe('2')
  })
})

describe('a large body', () => {
  const LARGE = 'x'.repeat(20_000)

  it('of two variants is kept once, and read back whole', async () => {
    const [one, two] = (await fleet('responseCache', (app) => {
      app.get('/a', (_, response) => {
        response.set({ 'Cache-Control': FRESH, Vary: 'X-Color' }).send(LARGE)
      })
    })) as [Site, Site]
    for (const color of ['red', 'blue']) await one.get('/a', { host: 'x', 'x-color': color })
    await inL2('x /a\n\n', 2)
    await inL2('response-body')
    expect(await keysInL2('response-body')).toHaveLength(1)
    for (const key of await keysInL2('x /a')) expect(await redis.strlen(key)).toBeLessThan(2_000)
    for (const color of ['red', 'blue']) {
      const answer = await two.get('/a', { host: 'x', 'x-color': color })
      expect(answer).toMatchObject({ body: LARGE, headers: { 'content-length': '20000' } })
      expect(answer.trace).toContain('hit')
    }
    expect(two.calls).toBe(0)
  })

  it('that has gone from L2 is a miss', async () => {
    const [one, two] = (await fleet('responseCache', (app) => {
      app.get('/a', (_, response) => void response.set('Cache-Control', FRESH).send(LARGE))
    })) as [Site, Site]
    await one.get('/a', { host: 'x' })
    await settled('x /a')
    await inL2('response-body')
    await redis.del(...(await keysInL2('response-body')))
    expect((await two.get('/a', { host: 'x' })).body).toBe(LARGE)
    expect(two.calls).toBe(1)
  })
})

describe.each(WAYS)('through %s, with a Redis that is', (way) => {
  const pages = (app: Express): void => {
    app.get('/:page', (request, response) => {
      response.set('Cache-Control', FRESH).send(request.params['page'])
    })
  }

  it.each(['killed', 'frozen'])('%s, hits go on and misses are answered', async (fault) => {
    const own = await RedisServer.start()
    afterwards(() => {
      own.thaw()
      return own.kill()
    })
    const clock = new Clock()
    const site = await serveCached(way, pages, {
      cache: await cacheOn(own.url, clock, { l2TimeoutMs: 50 }),
      clock,
    })
    await site.get('/a')
    if (fault === 'killed') await own.kill()
    else own.freeze()
    for (let round = 0; round < 3; round += 1) expect((await site.get('/a')).trace).toContain('detail=L1')
    const began = performance.now()
    for (const page of ['b', 'c', 'd', 'e']) expect((await site.get(`/${page}`)).body).toBe(page)
    // Not for ever: each miss waits 50 ms for a command, until the breaker opens.
    expect(performance.now() - began).toBeLessThan(15_000)
    expect((await site.get('/b')).trace).toContain('detail=L1')
  })

  it('full of anything, entries that can not be read are misses', async () => {
    const [one] = (await fleet(way, pages, 1)) as [Site]
    const host = { host: 'x' }
    await one.get('/a', host)
    await settled('x /a')
    await waitUntil(async () => (await keysInL2('x /a')).length === 2, 'the index as well')
    const saved = await Promise.all(
      (await redis.keys('*'))
        .filter((key) => key.includes('x /a'))
        .map(async (key) => [key, await redis.getBuffer(key)] as const),
    )
    const replace = (from: string, to: string) => (bytes: Buffer) =>
      Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')
    const damages: [string, (bytes: Buffer) => Buffer][] = [
      ['random bytes', () => Buffer.from([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])],
      ['nothing', () => Buffer.alloc(0)],
      ['half of it', (bytes) => bytes.subarray(0, bytes.length >> 1)],
      ['one byte less', (bytes) => bytes.subarray(0, -1)],
      ['bytes behind it', (bytes) => Buffer.concat([bytes, Buffer.from('more')])],
      ['a megabyte of nothing', () => Buffer.alloc(1_000_000)],
      [
        'a huge length',
        (bytes) =>
          Buffer.concat([bytes.subarray(0, 1), Buffer.from([255, 255, 255, 255]), bytes.subarray(5)]),
      ],
      ['a line break in a field', replace('public, max-age', String.raw`public\r\nX:1, age`)],
      ['a field without a name', replace('Cache-Control', '             ')],
      ['another status', replace('"status":200', '"status":099')],
      ['a status that is a text', replace('"status":200', '"status":"2"')],
      ['an index of numbers', replace('[[]]', '[01]')],
      ['an index that is a number', replace('[[]]', '1234')],
      ['an index of nulls', replace('[[]]', 'null')],
    ]
    for (const [damage, change] of damages) {
      for (const [key, bytes] of saved) await redis.set(key, change(bytes ?? Buffer.alloc(0)))
      const cache = await cacheOn(server.url, one.clock)
      const two = await serveCached(way, pages, { cache, clock: one.clock })
      for (let round = 0; round < 3; round += 1) {
        const answer = await two.get('/a', host)
        expect([damage, answer.status, answer.body]).toEqual([damage, 200, 'a'])
        expect(answer.headers['x']).toBeUndefined()
      }
    }
  })

  it('full of bodies of another length, no answer has them', async () => {
    const build = (app: Express): void => {
      app.get('/a', (request, response) => {
        response.set({ 'Cache-Control': FRESH, Vary: 'X-Color' }).send('y'.repeat(20_000))
      })
    }
    const [one] = (await fleet(way, build, 1)) as [Site]
    await one.get('/a', { host: 'x' })
    await settled('x /a')
    await inL2('response-body')
    const [key = ''] = await keysInL2('response-body')
    const bytes = (await redis.getBuffer(key)) ?? Buffer.alloc(0)
    await redis.set(key, bytes.subarray(0, -5))
    const cache = await cacheOn(server.url, one.clock)
    const two = await serveCached(way, build, { cache, clock: one.clock })
    // HEAD fills no cache, so the bytes that were read stay where they are.
    for (const method of ['HEAD', 'HEAD', 'GET', 'GET']) {
      const answer = await two.send(method, '/a', { host: 'x' })
      expect(answer.headers['content-length']).toBe('20000')
      expect(answer.bytes).toHaveLength(method === 'GET' ? 20_000 : 0)
    }
  })
})
