import { WorkerOrigin } from './worker-origin.ts'
import { ask, askMany } from './worker-page.ts'
import { expect, store, storedBodies, test, untilStored } from './worker-test.ts'

/** Says one body at each visit, with a validator, and answers what validates it with 304. */
function versions(origin: WorkerOrigin, path: string, headers: Record<string, string>) {
  const state = { version: 1, sent: 0 }
  origin.route(path, (request, response) => {
    const etag = `"v${state.version}"`
    const isSame = request.headers['if-none-match'] === etag
    response.writeHead(isSame ? 304 : 200, { ...headers, ETag: etag })
    const body = isSame ? '' : `version ${state.version}`
    state.sent += body.length
    response.end(body)
  })
  return state
}

test.describe('freshness', () => {
  test('a fresh response makes no request', async ({ page, origin }) => {
    origin.says('/fresh', 'one', {
      'Cache-Control': 'max-age=600',
      'Server-Timing': 'db;dur=53, cache;desc="old"',
    })
    expect(await ask(page, '/fresh')).toMatchObject({
      status: 200,
      body: 'one',
      cacheStatus: 'SW; fwd=uri-miss; stored',
    })
    await store(page, '/fresh')
    origin.forget()
    const answer = await ask(page, '/fresh')
    expect(answer).toMatchObject({ status: 200, body: 'one' })
    expect(answer.cacheStatus).toMatch(/^SW; hit; ttl=(600|5\d\d)$/)
    expect(answer.age).toMatch(/^\d+$/)
    expect(answer.timing).toBe(
      `db;dur=53, cache;desc="${answer.cacheStatus}", age;dur=${Number(answer.age) * 1000}`,
    )
    expect(origin.visits('/fresh')).toHaveLength(0)
  })

  test('an image tells by its resource timing which layer answered it', async ({ page, origin }) => {
    const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
    origin.route('/pixel.gif', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'image/gif', 'Cache-Control': 'max-age=600' }).end(pixel)
    })
    const load = (query: string) =>
      page.evaluate(async (url) => {
        const image = new Image()
        image.src = url
        await image.decode()
        const entry = performance.getEntriesByName(image.src).at(-1) as PerformanceResourceTiming
        return entry.serverTiming.find(({ name }) => name === 'cache')?.description
      }, `/pixel.gif${query}`)
    expect(await load('')).toBe('SW; fwd=uri-miss; stored')
    await store(page, '/pixel.gif')
    // A fragment keeps the page's own image cache out of it and is no part of the cache key.
    expect(await load('#again')).toMatch(/^SW; hit; ttl=/)
  })

  test('no-store is never stored', async ({ page, origin }) => {
    origin.says('/secret', 'secret', { 'Cache-Control': 'no-store' })
    await ask(page, '/secret')
    expect((await ask(page, '/secret')).cacheStatus).toBe('SW; fwd=uri-miss')
    expect(origin.visits('/secret')).toHaveLength(2)
    await origin.goDown()
    expect((await ask(page, '/secret')).status).toBe(0)
    expect(await storedBodies(page)).not.toContain('secret')
  })

  test('parallel misses of one URL are one request', async ({ page, origin }) => {
    origin.says('/once', 'once', { 'Cache-Control': 'max-age=600' })
    const answers = await askMany(page, '/once', 10)
    expect(answers.map(({ body }) => body)).toEqual(Array(10).fill('once'))
    expect(origin.visits('/once')).toHaveLength(1)
  })

  test('parallel misses of what may not be shared each ask for themselves', async ({ page, origin }) => {
    let count = 0
    origin.route('/mine', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'no-store' }).end(`answer ${(count += 1)}`)
    })
    const answers = await askMany(page, '/mine', 5)
    expect(new Set(answers.map(({ body }) => body)).size).toBe(5)
  })
})

test.describe('revalidation', () => {
  test('inside stale-while-revalidate the old answer comes at once, the new one next, with one request for 20 askers', async ({
    page,
    origin,
  }) => {
    const headers = { 'Cache-Control': 'max-age=60, stale-while-revalidate=600', Age: '100' }
    const state = versions(origin, '/swr', headers)
    await ask(page, '/swr')
    await untilStored(page, '/swr')
    state.version = 2
    origin.forget()
    const heard = page.evaluate(
      () =>
        new Promise((resolve) =>
          navigator.serviceWorker.addEventListener('message', ({ data }) => resolve(data), { once: true }),
        ),
    )
    const answers = await askMany(page, '/swr', 20)
    expect(answers.map(({ body }) => body)).toEqual(Array(20).fill('version 1'))
    for (const { cacheStatus } of answers) expect(cacheStatus).toMatch(/^SW; hit; ttl=-\d+$/)
    expect(await heard).toEqual({ type: 'thermocline:updated', url: `${origin.url}/swr` })
    expect(origin.visits('/swr')).toHaveLength(1)
    expect((await ask(page, '/swr')).body).toBe('version 2')
  })

  test('a validator that holds costs no body and keeps the answer', async ({ page, origin }) => {
    const state = versions(origin, '/page', { 'Cache-Control': 'no-cache' })
    await ask(page, '/page')
    await expect
      .poll(async () => (await ask(page, '/page')).cacheStatus)
      .toBe('SW; fwd=stale; fwd-status=304; stored')
    origin.forget()
    state.sent = 0
    expect(await ask(page, '/page')).toMatchObject({ status: 200, body: 'version 1' })
    expect(state.sent).toBe(0)
    expect(origin.visits('/page').map(({ headers }) => headers['if-none-match'])).toEqual(['"v1"'])
    state.version = 2
    expect(await ask(page, '/page')).toMatchObject({
      body: 'version 2',
      cacheStatus: 'SW; fwd=stale; fwd-status=200; stored',
    })
  })

  test('a 304 renews the stored header fields', async ({ page, origin }) => {
    let maxAge = 0
    origin.route('/renewed', (request, response) => {
      const isSame = request.headers['if-none-match'] === '"x"'
      response
        .writeHead(isSame ? 304 : 200, { 'Cache-Control': `max-age=${maxAge}`, ETag: '"x"' })
        .end(isSame ? '' : 'x')
    })
    await ask(page, '/renewed')
    maxAge = 600
    await expect.poll(async () => (await ask(page, '/renewed')).cacheStatus).toMatch(/^SW; hit; ttl=/)
  })

  test('inside stale-if-error a 503 and a refused connection are answered from the store', async ({
    page,
    origin,
  }) => {
    const headers = { 'Cache-Control': 'max-age=60, stale-if-error=6000', Age: '100', ETag: '"x"' }
    origin.says('/robust', 'good', headers)
    await ask(page, '/robust')
    await untilStored(page, '/robust')
    origin.says('/robust', 'broken', {}, 503)
    const answer = await ask(page, '/robust')
    expect(answer).toMatchObject({ status: 200, body: 'good' })
    expect(answer.cacheStatus).toMatch(/^SW; hit; ttl=-\d+; detail=stale-if-error$/)
    await origin.goDown()
    expect(await ask(page, '/robust')).toMatchObject({ status: 200, body: 'good' })
  })

  test('where nothing stale may stand in the page sees the error, and a 504 for a network that is away', async ({
    page,
    origin,
  }) => {
    versions(origin, '/strict', { 'Cache-Control': 'no-cache, stale-if-error=6000' })
    await ask(page, '/strict')
    await untilStored(page, '/strict')
    origin.says('/strict', 'broken', {}, 503)
    expect(await ask(page, '/strict')).toMatchObject({ status: 503, body: 'broken' })
    await origin.goDown()
    expect((await ask(page, '/strict')).status).toBe(504)
    expect((await ask(page, '/unknown')).status).toBe(0)
  })
})

test.describe('what reaches the origin', () => {
  test('a miss carries a harmless directive, a revalidation max-age=0 and the validator', async ({
    page,
    origin,
  }) => {
    versions(origin, '/sent', { 'Cache-Control': 'no-cache' })
    await ask(page, '/sent')
    await expect.poll(async () => (await ask(page, '/sent')).cacheStatus).toContain('fwd-status=304')
    const [miss] = origin.visits('/sent')
    const validation = origin.visits('/sent').at(-1)
    expect(miss?.headers).toMatchObject({ 'cache-control': 'max-age=31536000', pragma: '' })
    expect(miss?.headers['if-none-match']).toBeUndefined()
    expect(validation?.headers).toMatchObject({
      'cache-control': 'max-age=0',
      pragma: '',
      'if-none-match': '"v1"',
    })
    expect(miss?.headers.referer).toBe(`${origin.url}/`)
  })

  test('the page’s own cache modes are kept', async ({ page, origin }) => {
    origin.says('/modes', 'x', { 'Cache-Control': 'max-age=600', ETag: '"x"' })
    await store(page, '/modes')
    origin.forget()
    await ask(page, '/modes', { cache: 'no-cache' })
    await ask(page, '/modes', { cache: 'reload' })
    await ask(page, '/modes', { cache: 'no-store' })
    expect(origin.visits('/modes').map(({ headers }) => headers['cache-control'])).toEqual([
      'max-age=0',
      'no-cache',
      'no-cache',
    ])
    origin.forget()
    expect((await ask(page, '/modes', { cache: 'only-if-cached', mode: 'same-origin' })).body).toBe('x')
    expect((await ask(page, '/nowhere', { cache: 'only-if-cached', mode: 'same-origin' })).status).toBe(504)
    expect(origin.visits('/modes')).toHaveLength(0)
    expect(origin.visits('/nowhere')).toHaveLength(0)
  })

  test('another origin is left to the browser', async ({ page, origin }) => {
    const other = await WorkerOrigin.start()
    other.says('/data', 'data', { 'Cache-Control': 'max-age=600', 'Access-Control-Allow-Origin': '*' })
    expect(await ask(page, `${other.url}/data`)).toMatchObject({ body: 'data', cacheStatus: null })
    expect(other.visits('/data').map(({ method }) => method)).toEqual(['GET'])
    await other.close()
    expect(origin.visits('/data')).toHaveLength(0)
  })
})
