import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { ownGroup } from '../http/own-group.ts'
import {
  type InvalidationStream,
  type InvalidationStreamOptions,
  invalidationStream,
} from './invalidation-stream.ts'
import { Listener } from '../../test/support/stream-listener.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Site {
  readonly url: string
  readonly cache: TieredCache
  readonly stream: InvalidationStream
}

/** A server whose visitors are who their cookie says. */
async function open(options: Partial<InvalidationStreamOptions> = {}): Promise<Site> {
  const cache = createTieredCache()
  const stream = invalidationStream({
    cache,
    partition: ({ headers }) => headers.cookie?.replace('user=', ''),
    ...options,
  })
  const app = express().get('/invalidations', stream.handler).post('/invalidations', stream.handler)
  const site = await serve(app)
  closing.push(async () => {
    stream.close()
    await site.close()
    await cache.close()
  })
  return { url: `${site.url}/invalidations`, cache, stream }
}

async function listen(url: string, headers?: Record<string, string>): Promise<Listener> {
  const listener = await Listener.connect(url, headers)
  closing.push(() => listener.close())
  if (listener.status === 200) await listener.until('open')
  return listener
}

/** A cursor without what it says of whose groups have been heard. */
const placeIn = (cursor: unknown) => String(cursor).replace(/[~.].*$/, '')

const poll = async (url: string, after?: string, headers: Record<string, string> = {}) => {
  const response = await fetch(after === undefined ? url : `${url}?after=${after}`, { headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('a browser that listens', () => {
  it('is told of groups and URLs as they are invalidated, with the place in the log', async () => {
    const { cache, url } = await open()
    const listener = await listen(url)
    expect(listener.response?.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    await cache.invalidate({ groups: ['product-42'], urls: ['https://shop.example/a#b'] })
    const { data, id } = await listener.until('invalidated')
    expect(data).toEqual({ groups: ['product-42'], urls: ['https://shop.example/a'] })
    expect(placeIn(id)).toBe(cache.feed.cursorOf(1))
  })

  it('hears nothing of keys, prefixes and what the response cache calls its URLs', async () => {
    const { cache, url } = await open()
    const listener = await listen(url)
    await cache.invalidate({ keys: ['product:42'], prefixes: ['product:'] })
    await cache.invalidate({ urls: ['https://shop.example/a?b'] })
    await listener.until('invalidated')
    expect(listener.events.map(({ type }) => type)).toEqual(['open', 'beat', 'invalidated'])
    expect(listener.groups).toEqual([])
  })

  it('is told to let go of all when everything was invalidated', async () => {
    const { cache, url } = await open()
    const listener = await listen(url)
    await cache.clear()
    expect(placeIn((await listener.until('reset')).id)).toBe(cache.feed.cursorOf(1))
  })

  it('is heard from while nothing happens, and knows how often', async () => {
    const { cache, url } = await open({ beat: 100 })
    const listener = await listen(url)
    expect(listener.events[0]?.data).toEqual({ beatMs: 100 })
    await cache.invalidate({ keys: ['a'] })
    await waitUntil(() => placeIn(listener.cursor) === cache.feed.cursorOf(1), 'a beat past the entry')
    expect(listener.events.at(-1)?.type).toBe('beat')
  })
})

describe('a browser that was away', () => {
  it('is told at once of all that it missed, once', async () => {
    const { cache, url } = await open()
    const before = await listen(url)
    await cache.invalidate({ groups: ['a'] })
    await before.until('invalidated')
    before.close()
    await cache.invalidate({ groups: ['b'] })
    await cache.invalidate({ groups: ['c', 'b'] })
    const after = await listen(url, { 'last-event-id': before.cursor })
    await after.until('invalidated')
    expect(after.groups).toEqual(['b', 'c'])
    expect(placeIn(after.cursor)).toBe(cache.feed.cursorOf(3))
    await cache.invalidate({ groups: ['d'] })
    await after.until('invalidated', 2)
    expect(after.groups).toEqual(['b', 'c', 'd'])
  })

  it('may name its place in the URL, where a browser can set no header', async () => {
    const { cache, url } = await open()
    await cache.invalidate({ groups: ['a'] })
    const listener = await listen(`${url}?after=${cache.feed.cursorOf(0)}`)
    await listener.until('invalidated')
    expect(listener.groups).toEqual(['a'])
  })

  it.each(['17-0123456789ab', '17-0123456789ab~abcdefgh', 'nonsense', '-1', '~abcdefgh.3'])(
    'is told to let go of all where its place %s is none of this log',
    async (cursor) => {
      const { url } = await open()
      const listener = await listen(url, { 'last-event-id': cursor })
      expect((await listener.until('reset')).data).toEqual({})
      // Cut off before that, it would come back with a place that is as unknown.
      expect((await listener.until('open')).id).toBe('unknown')
    },
  )

  it('can ask without a stream', async () => {
    const { cache, url } = await open()
    const first = await poll(url)
    expect(first).toEqual({ status: 200, body: { cursor: cache.feed.cursorOf(0), groups: [], urls: [] } })
    await cache.invalidate({ groups: ['a'] })
    await cache.invalidate({ groups: ['b'], urls: ['https://shop.example/'] })
    const second = await poll(url, String(first.body['cursor']))
    expect(second.body).toMatchObject({ groups: ['a', 'b'], urls: ['https://shop.example/'] })
    expect(placeIn(second.body['cursor'])).toBe(cache.feed.cursorOf(2))
    await cache.clear()
    expect((await poll(url, cache.feed.cursorOf(2))).body).toEqual({
      cursor: cache.feed.cursorOf(3),
      reset: true,
    })
  })

  it('is told to let go of all in one small event where it missed so much that it would never get through', async () => {
    const { cache, url } = await open()
    for (let round = 0; round < 70; round += 1) {
      await cache.invalidate({
        groups: Array.from({ length: 100 }, (_, number) => `${'g'.repeat(90)}-${round}-${number}`),
      })
    }
    const listener = await listen(url, { 'last-event-id': cache.feed.cursorOf(0) })
    expect((await listener.until('reset')).id).toBe(cache.feed.cursorOf(70))
    expect(listener.isEnded).toBe(false)
  })

  it('is told a whole event, however large', async () => {
    const { cache, url } = await open()
    const listener = await listen(url)
    const groups = Array.from({ length: 1_000 }, (_, number) => `${'g'.repeat(120)}-${number}`)
    await cache.invalidate({ groups })
    await listener.until('invalidated')
    expect(listener.groups).toEqual(groups)
  })

  it('is told to let go of all where it missed thousands of names', async () => {
    const { cache, url } = await open()
    await cache.invalidate({ groups: Array.from({ length: 5_001 }, (_, number) => `g${number}`) })
    expect((await poll(url, cache.feed.cursorOf(0))).body).toMatchObject({ reset: true })
  })
})

describe("a user's own groups", () => {
  it("reach that user's browsers alone, on the stream and in what was missed", async () => {
    const { cache, url } = await open()
    const [ada, grace, nobody] = await Promise.all([
      listen(url, { cookie: 'user=ada' }),
      listen(url, { cookie: 'user=grace' }),
      listen(url),
    ])
    const cart = ownGroup('ada', 'cart')
    await cache.invalidate({ groups: [cart, 'product-42'] })
    await cache.invalidate({ groups: [cart] })
    await cache.invalidate({ groups: ['end'] })
    for (const each of [ada, grace, nobody]) {
      await waitUntil(() => each.groups.includes('end'), 'the end')
    }
    expect(ada.groups).toEqual(['product-42', cart, cart, 'end'])
    expect(grace.groups).toEqual(['product-42', 'end'])
    expect(nobody.groups).toEqual(['product-42', 'end'])
    const start = cache.feed.cursorOf(0)
    expect((await poll(url, start, { cookie: 'user=grace' })).body['groups']).toEqual(['product-42', 'end'])
    expect((await poll(url, start, { cookie: 'user=ada' })).body['groups']).toContain(cart)
  })

  it('reach nobody where who is signed in can not be told', async () => {
    const { cache, url } = await open({
      partition: () => {
        throw new Error('no session')
      },
    })
    const listener = await listen(url)
    await cache.invalidate({ groups: [ownGroup('ada', 'cart')] })
    await cache.invalidate({ groups: ['end'] })
    await listener.until('invalidated')
    expect(listener.groups).toEqual(['end'])
  })
})

describe('a stream', () => {
  it('waits for the edges, and not longer than it was told to', async () => {
    let purge = (_missing: readonly string[]) => {}
    const asked: [number, number][] = []
    const edges = {
      passedBy: (seq: number, timeoutMs: number) => {
        asked.push([seq, timeoutMs])
        return new Promise<readonly string[]>((resolve) => {
          purge = resolve
        })
      },
    }
    const { cache, url } = await open({ edges, edgeTimeout: '3s', beat: 100 })
    const listener = await listen(url)
    await cache.invalidate({ groups: ['a'] })
    await waitUntil(() => asked.length === 1, 'the question to the edges')
    await listener.until('beat')
    expect(placeIn(listener.cursor)).toBe(cache.feed.cursorOf(0))
    expect((await poll(url, cache.feed.cursorOf(0))).body).toMatchObject({ groups: [] })
    purge(['cdn'])
    await listener.until('invalidated')
    expect(asked).toEqual([[1, 3_000]])
    expect((await poll(url, cache.feed.cursorOf(0))).body).toMatchObject({ groups: ['a'] })
  })

  it('ends a connection that has become old, so that it is made anew', async () => {
    let nowMs = 0
    const { url } = await open({ beat: 100, maxAge: '10s', clock: () => nowMs, random: () => 0 })
    const listener = await listen(url)
    await listener.until('beat', 2)
    expect(listener.isEnded).toBe(false)
    nowMs = 5_000
    await waitUntil(() => listener.isEnded, 'the end')
  })

  it('lets go of one that has become old and does not read, and goes on', async () => {
    let nowMs = 0
    const { cache, stream, url } = await open({
      beat: 100,
      maxAge: '10s',
      clock: () => nowMs,
      random: () => 0,
    })
    const [stalled, other] = [await listen(url), await listen(url)]
    stalled.response?.pause()
    stalled.response?.socket.pause()
    nowMs = 5_000
    await waitUntil(() => stream.connections === 0, 'both to be let go of')
    await waitUntil(() => other.isEnded, 'the end of the one that reads')
    const next = await listen(url)
    await cache.invalidate({ groups: ['a'] })
    await next.until('invalidated')
  })

  it('takes no more connections than it may, and still answers those who poll', async () => {
    const { stream, url } = await open({ maxConnections: 1 })
    const first = await listen(url)
    const second = await listen(url)
    expect(second.status).toBe(503)
    expect(second.response?.headers['retry-after']).toBe('2')
    expect((await poll(url)).status).toBe(200)
    first.close()
    await waitUntil(() => stream.connections === 0, 'room')
    expect((await listen(url)).status).toBe(200)
  })

  it('hangs up on who does not read', async () => {
    const { cache, stream, url } = await open()
    const listener = await listen(url)
    listener.response?.pause()
    const groups = Array.from({ length: 1_000 }, (_, number) => `${'g'.repeat(100)}${number}`)
    await waitUntil(async () => {
      await cache.invalidate({ groups })
      return stream.connections === 0
    }, 'the connection to be ended')
  })

  it('ends with the server, and takes nobody any more', async () => {
    const { stream, url } = await open()
    const listener = await listen(url)
    stream.close()
    await waitUntil(() => listener.isEnded, 'the end')
    expect((await fetch(url)).status).toBe(503)
    expect((await listen(url)).status).toBe(503)
  })

  it('is read, and nothing else', async () => {
    const { url } = await open()
    const response = await fetch(url, { method: 'POST' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET')
  })

  it.each([
    [{ cache: {} }, /createTieredCache/],
    [{ edges: {} }, /createEdges/],
    [{ maxConnections: 0 }, /maxConnections/],
    [{ beat: 10 }, /100 ms/],
    [{ partition: 'ada' }, /partition/],
    [{ heartbeat: 10 }, /heartbeat/],
  ])('refuses %j', (wrong, message) => {
    const options = { cache: createTieredCache(), ...wrong } as unknown as InvalidationStreamOptions
    expect(() => invalidationStream(options)).toThrow(message)
  })
})
