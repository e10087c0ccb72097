import { ask } from './worker-page.ts'
import { expect, store, test, untilStored } from './worker-test.ts'

test.describe('writes and streams', () => {
  test('a successful POST drops the stored response, a failed one does not', async ({ page, origin }) => {
    let count = 0
    let status = 500
    origin.route('/cart', (request, response) => {
      if (request.method === 'POST') response.writeHead(status).end()
      else response.writeHead(200, { 'Cache-Control': 'max-age=600' }).end(`cart ${(count += 1)}`)
    })
    await store(page, '/cart')
    const before = (await ask(page, '/cart')).body
    await ask(page, '/cart', { method: 'POST', body: 'x' })
    expect((await ask(page, '/cart')).body).toBe(before)
    status = 204
    expect((await ask(page, '/cart', { method: 'POST', body: 'x' })).status).toBe(204)
    expect((await ask(page, '/cart')).body).not.toBe(before)
  })

  test('what must outlive the page drops the stored response as well', async ({ page, origin }) => {
    let count = 0
    origin.route('/draft', (request, response) => {
      if (request.method === 'POST') response.writeHead(204).end()
      else response.writeHead(200, { 'Cache-Control': 'max-age=600' }).end(`draft ${(count += 1)}`)
    })
    await store(page, '/draft')
    expect((await ask(page, '/draft', { method: 'POST', keepalive: true, body: 'x' })).status).toBe(204)
    await expect.poll(async () => (await ask(page, '/draft')).body).toBe('draft 2')
  })

  test('a GET that began before a POST is not stored after it', async ({ page, origin }) => {
    let finish: (() => void) | undefined
    let stock = 'old'
    const arrived = new Promise<void>((resolve) => {
      origin.route('/stock', (request, response) => {
        const headers = { 'Cache-Control': 'max-age=600' }
        if (request.method === 'POST') {
          stock = 'new'
          response.writeHead(204).end()
        } else if (stock === 'old') {
          finish = () => response.writeHead(200, headers).end('old')
          resolve()
        } else response.writeHead(200, headers).end(stock)
      })
    })
    const early = ask(page, '/stock')
    await arrived
    await ask(page, '/stock', { method: 'POST' })
    expect((await ask(page, '/stock')).body).toBe('new')
    finish?.()
    expect((await early).body).toBe('old')
    expect((await ask(page, '/stock')).body).toBe('new')
  })

  test('an upload arrives whole', async ({ page, origin }) => {
    origin.route('/upload', (_request, response) => void response.writeHead(201).end())
    const status = await page.evaluate(async () => {
      const form = new FormData()
      form.append('file', new Blob([new Uint8Array(8_000_000)]), 'large.bin')
      return (await fetch('/upload', { method: 'POST', body: form })).status
    })
    expect(status).toBe(201)
    expect(origin.visits('/upload')[0]?.bodyBytes).toBeGreaterThan(8_000_000)
  })

  test('an event stream is the browser’s own', async ({ page, origin }) => {
    origin.route('/events', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'max-age=600' })
      response.write('data: first\n\n')
    })
    const data = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const source = new EventSource('/events')
          source.addEventListener('message', (event) => {
            source.close()
            resolve(event.data)
          })
        }),
    )
    expect(data).toBe('first')
    expect(origin.visits('/events')[0]?.headers['cache-control']).toBe('no-cache')
  })

  test('a range is answered by the origin', async ({ page, origin }) => {
    origin.route('/film', (request, response) => {
      const isPart = request.headers.range === 'bytes=2-3'
      response
        .writeHead(isPart ? 206 : 200, { 'Cache-Control': 'max-age=600', 'Content-Range': 'bytes 2-3/6' })
        .end(isPart ? 'cd' : 'abcdef')
    })
    await store(page, '/film')
    expect(await ask(page, '/film', { headers: { Range: 'bytes=2-3' } })).toMatchObject({
      status: 206,
      body: 'cd',
    })
  })

  test('a body that breaks off is not stored', async ({ page, origin }) => {
    let isBroken = true
    origin.route('/broken', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=600', 'Content-Length': '10' })
      if (isBroken) response.write('half', () => response.destroy())
      else response.end('all of it!')
    })
    expect((await ask(page, '/broken')).status).toBe(0)
    isBroken = false
    expect(await ask(page, '/broken')).toMatchObject({
      body: 'all of it!',
      cacheStatus: 'SW; fwd=uri-miss; stored',
    })
  })

  test('a miss streams to the page while it is stored', async ({ page, origin }) => {
    let finish: (() => void) | undefined
    origin.route('/stream', (_request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=600' })
      response.write('first')
      finish = () => response.end(' last')
    })
    const first = await page.evaluate(async () => {
      const reader = (await fetch('/stream')).body?.getReader()
      Object.assign(globalThis, { reader })
      return new TextDecoder().decode((await reader?.read())?.value)
    })
    expect(first).toBe('first')
    finish?.()
    await page.evaluate(async () => {
      const { reader } = globalThis as unknown as { reader: ReadableStreamDefaultReader }
      while (!(await reader.read()).done);
    })
    await store(page, '/stream')
    expect((await ask(page, '/stream')).body).toBe('first last')
    expect(origin.visits('/stream')).toHaveLength(1)
  })
})

test.describe('navigations', () => {
  test('a page with an ETag is revalidated and not sent again', async ({ page, origin }) => {
    origin.route('/shop', (request, response) => {
      const isSame = request.headers['if-none-match'] === '"s"'
      const headers = { 'Content-Type': 'text/html', 'Cache-Control': 'no-cache', ETag: '"s"' }
      response.writeHead(isSame ? 304 : 200, headers).end(isSame ? undefined : '<title>shop</title>')
    })
    await page.goto(`${origin.url}/shop`)
    await untilStored(page, '/shop')
    await page.goto(`${origin.url}/shop`)
    expect(await page.title()).toBe('shop')
    expect(origin.visits('/shop').at(-1)?.headers['if-none-match']).toBe('"s"')
  })

  test('redirects are followed, by navigations and by requests', async ({ page, origin }) => {
    origin.route('/old', (_request, response) => void response.writeHead(302, { Location: '/new' }).end())
    origin.says('/new', '<title>new</title>', { 'Content-Type': 'text/html', 'Cache-Control': 'max-age=600' })
    for (let time = 0; time < 2; time += 1) {
      await page.goto(`${origin.url}/old`)
      expect(page.url()).toBe(`${origin.url}/new`)
      expect(await page.title()).toBe('new')
      expect((await ask(page, '/old')).body).toBe('<title>new</title>')
    }
  })
})
