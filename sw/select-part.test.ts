import { beforeEach, describe, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

const MODIFIED = 'Sun, 06 Nov 1994 08:49:37 GMT'

async function withStored(headers: Record<string, string> = {}): Promise<FakeWorker> {
  const worker = new FakeWorker()
  worker.platform.network = () =>
    new Response('0123456789', { headers: { 'Cache-Control': 'max-age=60', ETag: '"1"', ...headers } })
  await worker.ask('/a')
  return worker
}

describe('a fresh stored response', () => {
  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=7-99', '789', 'bytes 7-9/10'],
  ])('answers %s with that part', async (range, body, contentRange) => {
    const worker = await withStored()
    const answer = await worker.ask('/a', { headers: { Range: range } })
    expect(answer).toMatchObject({ status: 206, body, did: 'SW; hit; ttl=60' })
    expect(answer.headers.get('content-range')).toBe(contentRange)
    expect(answer.headers.get('content-length')).toBe(String(body.length))
    expect(worker.visits('/a')).toBe(1)
  })

  it('answers a range beyond its end with 416', async () => {
    const worker = await withStored()
    const answer = await worker.ask('/a', { headers: { Range: 'bytes=10-' } })
    expect(answer).toMatchObject({ status: 416, body: '' })
    expect(answer.headers.get('content-range')).toBe('bytes */10')
  })

  it('answers with the whole where If-Range does not hold', async () => {
    const worker = await withStored()
    const headers = { Range: 'bytes=2-4', 'If-Range': '"0"' }
    expect(await worker.ask('/a', { headers })).toMatchObject({ status: 200, body: '0123456789' })
  })

  it('answers no range of what was coded on the way, whose bytes are others', async () => {
    const worker = await withStored({ 'Content-Encoding': 'gzip' })
    const answer = await worker.ask('/a', { headers: { Range: 'bytes=2-4' } })
    expect(answer).toMatchObject({ status: 200, body: '0123456789' })
  })

  it.each([
    [{ 'If-None-Match': '"1"' }],
    [{ 'If-None-Match': 'W/"1", "2"' }],
    [{ 'If-None-Match': '*' }],
    [{ 'If-Modified-Since': MODIFIED }],
  ])('answers 304 to %o', async (headers) => {
    const worker = await withStored({ 'Last-Modified': MODIFIED, 'Content-Type': 'text/css' })
    const answer = await worker.ask('/a', { headers })
    expect(answer).toMatchObject({ status: 304, body: '', did: 'SW; hit; ttl=60' })
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.headers.get('content-type')).toBeNull()
    expect(worker.visits('/a')).toBe(1)
  })

  it.each(['no-store', 'no-cache'] as const)(
    'answers preconditions that browsers give the cache mode %s',
    async (cache) => {
      const worker = await withStored()
      const init = { headers: { 'If-None-Match': '"1"' }, cache }
      expect(await worker.ask('/a', init)).toMatchObject({ status: 304, did: 'SW; hit; ttl=60' })
      expect((await worker.ask('/a', { cache: 'no-store' })).did).toBe('SW; fwd=bypass')
    },
  )

  it('answers whole to a precondition that does not hold', async () => {
    const worker = await withStored()
    const answer = await worker.ask('/a', { headers: { 'If-None-Match': '"0"' } })
    expect(answer).toMatchObject({ status: 200, body: '0123456789' })
  })

  it('answers HEAD without its body', async () => {
    const worker = await withStored()
    const answer = await worker.ask('/a', { method: 'HEAD' })
    expect(answer).toMatchObject({ status: 200, body: '', did: 'SW; hit; ttl=60' })
  })
})

describe('what asks for less than the whole', () => {
  it.each<[string, { method?: string; headers?: Record<string, string> }, number]>([
    ['a precondition', { headers: { 'If-None-Match': '"9"' } }, 304],
    ['HEAD', { method: 'HEAD' }, 200],
  ])('%s goes to the network as it is, and leaves nothing in the store', async (_name, init, status) => {
    const worker = new FakeWorker()
    worker.platform.network = () =>
      new Response(null, { status, headers: { 'Cache-Control': 'max-age=60', ETag: '"9"' } })
    expect(await worker.ask('/a', init)).toMatchObject({ status, did: null })
    const [sent] = worker.platform.fetched
    expect(sent?.method).toBe(init.method ?? 'GET')
    for (const [name, value] of Object.entries(init.headers ?? {}))
      expect(sent?.headers.get(name)).toBe(value)
    expect(worker.platform.cacheStorage.texts()).toEqual([])
  })

  it('is joined to nobody', async () => {
    const worker = new FakeWorker()
    worker.platform.network = () => new Response(null, { status: 304 })
    await Promise.all([1, 2].map(() => worker.ask('/a', { headers: { 'If-None-Match': '"1"' } })))
    expect(worker.visits('/a')).toBe(2)
  })

  it('is not sent with the validation of what is stored', async () => {
    const worker = await withStored({ 'Cache-Control': 'max-age=60, stale-while-revalidate=60' })
    worker.platform.pass(61_000)
    const answer = await worker.ask('/a', { headers: { Range: 'bytes=0-1' } })
    expect(answer).toMatchObject({ status: 206, body: '01' })
    const sent = worker.platform.fetched.at(-1)
    expect(sent?.headers.get('range')).toBeNull()
    expect(sent?.headers.get('if-none-match')).toBe('"1"')
  })

  it('is answered from what is stale where the network is away', async () => {
    const worker = await withStored()
    worker.platform.pass(61_000)
    worker.platform.network = () => {
      throw new TypeError('Failed to fetch')
    }
    const answer = await worker.ask('/a', { headers: { Range: 'bytes=0-1' } })
    expect(answer).toMatchObject({ status: 206, body: '01', did: 'SW; hit; ttl=-1; detail=disconnected' })
  })
})

describe('a part that the origin sent', () => {
  async function withPart(headers: Record<string, string> = {}): Promise<FakeWorker> {
    const worker = new FakeWorker()
    worker.platform.network = (request) => {
      const [, start, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.get('range') ?? '') ?? []
      const fields = { 'Cache-Control': 'max-age=60', ETag: '"1"', ...headers }
      if (end === undefined) return new Response('0123456789', { headers: fields })
      return new Response('0123456789'.slice(Number(start), Number(end) + 1), {
        status: 206,
        headers: { ...fields, 'Content-Range': `bytes ${start}-${end}/10` },
      })
    }
    expect(await part(worker, '2-7')).toMatchObject({
      status: 206,
      body: '234567',
      did: 'SW; fwd=uri-miss; stored',
    })
    return worker
  }
  const part = (worker: FakeWorker, range: string) =>
    worker.ask('/a', { headers: { Range: `bytes=${range}` } })

  it('answers what lies within it', async () => {
    const worker = await withPart()
    expect(await part(worker, '2-7')).toMatchObject({ status: 206, body: '234567', did: 'SW; hit; ttl=60' })
    const answer = await part(worker, '4-5')
    expect(answer).toMatchObject({ status: 206, body: '45', did: 'SW; hit; ttl=60' })
    expect(answer.headers.get('content-range')).toBe('bytes 4-5/10')
    expect(worker.visits('/a')).toBe(1)
  })

  it.each(['1-3', '6-8', '0-0', '-3', '5-'])('does not answer %s, which reaches beyond it', async (range) => {
    const worker = await withPart()
    expect((await part(worker, range)).did).toMatch(/^SW; fwd=partial/)
  })

  it('does not pass for the whole, nor for its header fields', async () => {
    const worker = await withPart()
    expect((await worker.ask('/a', { method: 'HEAD' })).did).toBeNull()
    expect(await worker.ask('/a')).toMatchObject({ body: '0123456789', did: 'SW; fwd=partial; stored' })
    expect(await worker.ask('/a')).toMatchObject({ body: '0123456789', did: 'SW; hit; ttl=60' })
    expect(await part(worker, '0-1')).toMatchObject({ body: '01', did: 'SW; hit; ttl=60' })
  })

  it('is nothing any more once it is stale', async () => {
    const worker = await withPart({ 'Cache-Control': 'max-age=60, stale-while-revalidate=60' })
    worker.platform.pass(61_000)
    expect((await part(worker, '2-3')).did).toBe('SW; fwd=partial; stored')
  })

  it('is dropped by a write', async () => {
    const worker = await withPart()
    await worker.ask('/a', { method: 'PUT', body: 'new' })
    expect((await part(worker, '2-3')).did).toBe('SW; fwd=uri-miss; stored')
  })

  it.each([{ 'Content-Encoding': 'gzip' }, { 'Cache-Control': 'no-store' }])(
    'is not stored with %o',
    async (headers) => {
      const worker = new FakeWorker()
      worker.platform.network = () =>
        new Response('2', {
          status: 206,
          headers: { 'Cache-Control': 'max-age=60', 'Content-Range': 'bytes 2-2/10', ...headers },
        })
      expect(await part(worker, '2-2')).toMatchObject({ status: 206, body: '2', did: 'SW; fwd=uri-miss' })
      expect(worker.platform.cacheStorage.texts()).toEqual([])
    },
  )

  it('counts as what it is where it is shorter than it says, and not at all where it is longer', async () => {
    const worker = new FakeWorker()
    worker.platform.network = ({ url }) =>
      new Response(url.endsWith('a') ? '234' : '23456', {
        status: 206,
        headers: { 'Cache-Control': 'max-age=60', 'Content-Range': 'bytes 2-5/10' },
      })
    await part(worker, '2-5')
    expect(await part(worker, '2-4')).toMatchObject({ body: '234', did: 'SW; hit; ttl=60' })
    expect((await part(worker, '2-5')).did).toContain('fwd=partial')
    const init = { headers: { Range: 'bytes=2-5' } }
    await worker.ask('/b', init)
    expect((await worker.ask('/b', init)).did).toContain('fwd=uri-miss')
  })

  it('does not take the place of a whole that is stale', async () => {
    const worker = await withStored()
    worker.platform.pass(61_000)
    worker.platform.network = () =>
      new Response('01', {
        status: 206,
        headers: { 'Cache-Control': 'max-age=60', 'Content-Range': 'bytes 0-1/10' },
      })
    await part(worker, '0-1')
    worker.platform.network = () =>
      new Response(null, { status: 304, headers: { 'Cache-Control': 'max-age=60' } })
    expect(await worker.ask('/a')).toMatchObject({ status: 200, body: '0123456789' })
  })
})
