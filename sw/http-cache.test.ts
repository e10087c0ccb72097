import { beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'
import { workerState } from './worker-state.ts'

beforeEach(resetIndexedDb)

/** Says what a table holds, by path. */
function says(
  worker: FakeWorker,
  answers: Readonly<Record<string, [body: string, headers?: Record<string, string>]>>,
) {
  worker.platform.network = (request) => {
    const [body, headers] = answers[new URL(request.url).pathname] ?? [
      'nothing',
      { 'Cache-Control': 'no-store' },
    ]
    return new Response(body, headers ? { headers } : {})
  }
}

function away(): never {
  throw new TypeError('Failed to fetch')
}

describe('time', () => {
  it('answers from the store while fresh, and says how old it is', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60' }] })
    expect((await worker.ask('/a')).did).toBe('SW; fwd=uri-miss; stored')
    worker.platform.pass(59_000)
    const answer = await worker.ask('/a#part')
    expect(answer.did).toBe('SW; hit; ttl=1')
    expect(answer.headers.get('age')).toBe('59')
    expect(answer.headers.get('server-timing')).toBe('cache;desc="SW; hit; ttl=1", age;dur=59000')
    expect(worker.visits('/a')).toBe(1)
  })

  it('asks again once it is stale', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60' }] })
    await worker.ask('/a')
    worker.platform.pass(60_000)
    expect((await worker.ask('/a')).did).toBe('SW; fwd=stale; fwd-status=200; stored')
  })

  it('ends stale-while-revalidate when its window does', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60, stale-while-revalidate=60' }] })
    await worker.ask('/a')
    worker.platform.pass(121_000)
    expect((await worker.ask('/a')).did).toBe('SW; fwd=stale; fwd-status=200; stored')
  })

  it('ends stale-if-error when its window does', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60, stale-if-error=60' }] })
    await worker.ask('/a')
    worker.platform.network = away
    worker.platform.pass(120_000)
    expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=-60; detail=stale-if-error')
    worker.platform.pass(1_000)
    expect((await worker.ask('/a')).status).toBe(504)
  })

  it('answers stale while the network is away, where nothing forbids it', async () => {
    const worker = new FakeWorker()
    says(worker, {
      '/a': ['a', { 'Cache-Control': 'max-age=60' }],
      '/b': ['b', { 'Cache-Control': 'max-age=60, must-revalidate' }],
    })
    await worker.ask('/a')
    await worker.ask('/b')
    worker.platform.network = away
    worker.platform.pass(90_000)
    expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=-30; detail=disconnected')
    expect((await worker.ask('/b')).status).toBe(504)
    await expect(worker.start('/c').response).rejects.toThrow('Failed to fetch')
  })

  it('obeys SW-Cache-Control before Cache-Control', async () => {
    const worker = new FakeWorker()
    says(worker, {
      '/a': ['a', { 'Cache-Control': 'no-store', 'SW-Cache-Control': 'max-age=60' }],
      '/b': ['b', { 'Cache-Control': 'max-age=60', 'SW-Cache-Control': 'no-store' }],
      '/c': ['c', { 'Cache-Control': 'max-age=60', 'SW-Cache-Control': '(malformed' }],
    })
    const did = async (path: string) => {
      await worker.ask(path)
      return (await worker.ask(path)).did
    }
    expect(await did('/a')).toBe('SW; hit; ttl=60')
    expect(await did('/b')).toBe('SW; fwd=uri-miss')
    expect(await did('/c')).toBe('SW; hit; ttl=60')
  })

  it('asks about what seems to come from the future, since the clock was set back', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=600, stale-while-revalidate=600' }] })
    await worker.ask('/a')
    worker.platform.nowMs -= 59_000
    expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=600')
    worker.platform.nowMs -= 3_600_000
    expect((await worker.ask('/a')).did).toBe('SW; fwd=stale; fwd-status=200; stored')
    expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=600')
  })

  it('does not ask again on a reload for what never changes', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60, immutable' }] })
    await worker.ask('/a')
    expect((await worker.ask('/a', { cache: 'no-cache' })).did).toBe('SW; hit; ttl=60')
    worker.platform.pass(61_000)
    expect((await worker.ask('/a', { cache: 'no-cache' })).did).toBe('SW; fwd=stale; fwd-status=200; stored')
    expect((await worker.ask('/a', { cache: 'reload' })).did).toBe('SW; fwd=request; stored')
  })

  it('is fresh again after a 304, with the header fields that it brought', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60', ETag: '"1"', 'X-Old': 'yes' }] })
    await worker.ask('/a')
    worker.platform.pass(100_000)
    worker.platform.network = () =>
      new Response(null, { status: 304, headers: { 'Cache-Control': 'max-age=600' } })
    const answer = await worker.ask('/a')
    expect(answer).toMatchObject({ status: 200, body: 'a', did: 'SW; fwd=stale; fwd-status=304; stored' })
    expect(answer.headers.get('cache-control')).toBe('max-age=600')
    expect(answer.headers.get('x-old')).toBe('yes')
    worker.platform.pass(599_000)
    expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=1')
    // A restarted worker knows it as well.
    const restarted = new FakeWorker(new FakePlatform(worker.platform.cacheStorage))
    restarted.platform.nowMs = worker.platform.nowMs
    expect((await restarted.ask('/a')).did).toBe('SW; hit; ttl=1')
  })
})

describe('the origin’s other answers', () => {
  it('keeps one that has no body', async () => {
    const worker = new FakeWorker()
    // As Chromium has it: a body that is empty, but there.
    worker.platform.network = () => {
      const response = new Response('', { headers: { 'Cache-Control': 'max-age=60' } })
      return Object.defineProperty(response, 'status', { value: 204 })
    }
    expect(await worker.ask('/a')).toMatchObject({ status: 204, did: 'SW; fwd=uri-miss; stored' })
    expect(await worker.ask('/a')).toMatchObject({ status: 204, did: 'SW; hit; ttl=60' })
  })

  it('hands on a status that no page could make', async () => {
    const worker = new FakeWorker()
    worker.platform.network = () =>
      Object.defineProperty(new Response('odd', { headers: { 'Cache-Control': 'max-age=60' } }), 'status', {
        value: 999,
      })
    expect(await worker.ask('/a')).toMatchObject({ status: 999, body: 'odd', did: null })
  })

  it('counts an `Expires` that can’t be read as past, and needs no `Date` for one that can', async () => {
    const worker = new FakeWorker()
    says(worker, {
      '/a': ['a', { Expires: '0' }],
      '/b': ['b', { Expires: new Date(worker.platform.nowMs + 60_000).toUTCString() }],
    })
    expect((await worker.ask('/a')).did).toBe('SW; fwd=uri-miss')
    await worker.ask('/b')
    expect((await worker.ask('/b')).did).toBe('SW; hit; ttl=60')
  })

  it('drops what the server no longer lets it keep', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60, stale-while-revalidate=600' }] })
    await worker.ask('/a')
    worker.platform.pass(61_000)
    says(worker, { '/a': ['b', { 'Cache-Control': 'no-store' }] })
    expect((await worker.ask('/a')).body).toBe('a')
    expect((await worker.ask('/a')).body).toBe('b')
    expect(worker.platform.cacheStorage.texts()).toEqual([])
  })

  it('keeps what it has when the server fails', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60', ETag: '"1"' }] })
    await worker.ask('/a')
    worker.platform.pass(61_000)
    worker.platform.network = () =>
      new Response('broken', { status: 500, headers: { 'Cache-Control': 'max-age=60' } })
    expect((await worker.ask('/a')).status).toBe(500)
    worker.platform.network = () => new Response(null, { status: 304 })
    expect((await worker.ask('/a')).body).toBe('a')
  })

  it('stores nothing that could never be used', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', {}] })
    expect((await worker.ask('/a')).did).toBe('SW; fwd=uri-miss')
    expect(worker.platform.cacheStorage.texts()).toEqual([])
  })

  it('appends to what the caches before it say', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60', 'Cache-Status': 'L1; hit; ttl=20' }] })
    expect((await worker.ask('/a')).did).toBe('L1; hit; ttl=20, SW; fwd=uri-miss; stored')
    expect((await worker.ask('/a')).did).toBe('L1; hit; ttl=20, SW; hit; ttl=60')
  })

  it('leaves no body to a status that has none', async () => {
    const worker = new FakeWorker()
    worker.platform.network = () =>
      new Response(null, { status: 204, headers: { 'Cache-Control': 'max-age=60' } })
    expect(await worker.ask('/a')).toMatchObject({ status: 204, did: 'SW; fwd=uri-miss; stored' })
    expect(await worker.ask('/a')).toMatchObject({ status: 204, did: 'SW; hit; ttl=60' })
  })
})

describe('many at once', () => {
  it('validates once for all who ask', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'no-cache', ETag: '"1"' }] })
    await worker.ask('/a')
    worker.platform.network = () => new Response(null, { status: 304 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => worker.ask('/a')))
    expect(answers.map(({ body }) => body)).toEqual(Array(20).fill('a'))
    expect(worker.visits('/a')).toBe(2)
    expect(answers.filter(({ did }) => did?.includes('collapsed'))).toHaveLength(19)
  })

  it('shares a miss only among requests that select the same variant', async () => {
    const worker = new FakeWorker()
    worker.platform.network = (request) =>
      new Response(request.headers.get('x-colour'), {
        headers: { 'Cache-Control': 'max-age=60', Vary: 'X-Colour' },
      })
    const answers = await Promise.all(
      ['red', 'red', 'blue', 'blue'].map((colour) => worker.ask('/a', { headers: { 'X-Colour': colour } })),
    )
    expect(answers.map(({ body }) => body)).toEqual(['red', 'red', 'blue', 'blue'])
    expect(worker.visits('/a')).toBeLessThan(4)
  })

  it('asks an origin that fails once for all who wait', async () => {
    const worker = new FakeWorker()
    says(worker, { '/a': ['a', { 'Cache-Control': 'max-age=60, stale-if-error=600' }] })
    await worker.ask('/a')
    worker.platform.pass(61_000)
    let fail: (() => void) | undefined
    worker.platform.network = () =>
      new Promise((resolve) => {
        fail = () => resolve(new Response('down', { status: 503 }))
      })
    const asked = Array.from({ length: 5 }, () => worker.start('/a').response)
    await waitUntil(() => fail !== undefined, 'the request')
    fail?.()
    for (const response of asked) expect(await (await response).text()).toBe('a')
    expect(worker.visits('/a')).toBe(2)
  })

  it('shares a network failure', async () => {
    const worker = new FakeWorker()
    let fail: (() => void) | undefined
    worker.platform.network = () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new TypeError('Failed to fetch'))
      })
    const asked = Array.from({ length: 5 }, () => worker.start('/a').response)
    await waitUntil(() => fail !== undefined, 'the request')
    fail?.()
    for (const response of asked) await expect(response).rejects.toThrow('Failed to fetch')
    expect(worker.visits('/a')).toBe(1)
  })
})

describe('a 304', () => {
  it.each(['private, no-store', 'private', 'no-store'])(
    'that says %s answers once, and what it confirmed is let go of',
    async (cacheControl) => {
      const worker = new FakeWorker()
      const validator = { ETag: '"1"', 'Last-Modified': 'Wed, 01 Jan 2025 00:00:00 GMT' }
      says(worker, { '/a': ['a', { ...validator, 'Cache-Control': 'no-cache' }] })
      await worker.ask('/a')
      worker.platform.network = () =>
        new Response(null, { status: 304, headers: { ...validator, 'Cache-Control': cacheControl } })
      expect(await worker.ask('/a')).toMatchObject({ body: 'a', did: 'SW; fwd=stale; fwd-status=304' })
      worker.platform.network = away
      await expect(worker.ask('/a')).rejects.toThrow('Failed to fetch')
      expect(worker.platform.cacheStorage.texts()).toEqual([])
    },
  )
})

describe('limits', () => {
  it('lets go of what was unused for longest', async () => {
    const worker = new FakeWorker(undefined, { maxEntries: 10 })
    worker.platform.network = ({ url }) => new Response(url, { headers: { 'Cache-Control': 'max-age=6000' } })
    for (let count = 0; count < 10; count += 1) {
      await worker.ask(`/${count}`)
      worker.platform.pass(61_000)
    }
    await worker.ask('/0')
    worker.platform.pass(61_000)
    await worker.ask('/10')
    expect((await worker.ask('/0')).did).toContain('hit')
    expect((await worker.ask('/1')).did).toBe('SW; fwd=uri-miss; stored')
    expect(worker.platform.cacheStorage.texts().length).toBeLessThanOrEqual(10)
  })

  it('keeps to its bytes, and no single response takes more than a quarter', async () => {
    const worker = new FakeWorker(undefined, { maxBytes: 1_000 })
    worker.platform.network = ({ url }) =>
      new Response('x'.repeat(Number(new URL(url).pathname.slice(1))), {
        headers: { 'Cache-Control': 'max-age=60' },
      })
    expect((await worker.ask('/300')).did).toBe('SW; fwd=uri-miss; stored')
    expect(worker.platform.cacheStorage.texts()).toEqual([])
    for (let size = 230; size < 240; size += 1) await worker.ask(`/${size}`)
    const bytes = worker.platform.cacheStorage.texts().join('').length
    expect(bytes).toBeGreaterThan(600)
    expect(bytes).toBeLessThanOrEqual(1_000)
  })

  it('refuses a limit that is none', () => {
    expect(() => new FakeWorker(undefined, { maxBytes: -5 })).toThrowError(
      expect.objectContaining({
        code: 'option-invalid',
        message: '`maxBytes` is -5. Write a whole number above 0.',
      }),
    )
  })
})

it.each(['maxEntires', 'matchOptions'])('a cache refuses the option %s, which would do nothing', (name) => {
  expect(() => new FakeWorker(undefined, { [name]: 5 })).toThrowError(
    expect.objectContaining({
      code: 'option-invalid',
      message: `HttpCache has no option \`${name}\`. It takes cacheName, maxEntries, maxBytes, platform, plugins, fetchOptions.`,
    }),
  )
})

describe('tokens', () => {
  it('keeps answers to different tokens apart, and the tokens out of storage', async () => {
    const worker = new FakeWorker()
    worker.platform.network = (request) =>
      new Response(`for ${request.headers.get('authorization')}`, {
        headers: { 'Cache-Control': 'max-age=60', 'Thermocline-Partition': 'p' },
      })
    const as = (token: string) => worker.ask('/a', { headers: { Authorization: token } })
    expect((await as('token-one')).body).toBe('for token-one')
    expect((await as('token-two')).body).toBe('for token-two')
    expect(await as('token-one')).toMatchObject({ body: 'for token-one', did: 'SW; hit; ttl=60' })
    const urls = [...worker.platform.cacheStorage.stored.values()].flatMap((bodies) =>
      Array.from(bodies.keys()),
    )
    const rows = await workerState(worker.platform).database.use((connection) => connection.getAll('entries'))
    expect(JSON.stringify([urls, rows])).not.toContain('token')
  })
})
