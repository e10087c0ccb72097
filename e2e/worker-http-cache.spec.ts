import type { WorkerOrigin } from './worker-origin.ts'
import { ask } from './worker-page.ts'
import { expect, test } from './worker-test.ts'

const EMPTY = { 'Cache-Control': 'no-store' }

/** A session whose user a cookie names, and an own page that the browser's HTTP cache may keep. */
function session(origin: WorkerOrigin): void {
  for (const user of ['ada', 'bob']) {
    origin.says(`/login/${user}`, 'ok', {
      ...EMPTY,
      'Set-Cookie': `user=${user}; Path=/`,
      'Thermocline-Partition': user,
    })
    origin.route(`/login-and-on/${user}`, (_request, response) => {
      response.writeHead(303, { ...EMPTY, Location: '/me', 'Set-Cookie': `user=${user}; Path=/` }).end()
    })
  }
  origin.route('/me', ({ headers }, response) => {
    const user = /user=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? 'nobody'
    response
      .writeHead(200, { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': user })
      .end(`page of ${user}`)
  })
  origin.route('/my-account', (_request, response) => {
    response.writeHead(302, { ...EMPTY, Location: '/me' }).end()
  })
}

test.describe('what a redirect leads to comes past the browser’s HTTP cache', () => {
  test('for the user who is signed in now', async ({ page, origin }) => {
    session(origin)
    await ask(page, '/login/ada', { method: 'POST' })
    expect((await ask(page, '/my-account')).body).toBe('page of ada')
    await ask(page, '/login/bob', { method: 'POST' })
    expect((await ask(page, '/my-account')).body).toBe('page of bob')
  })

  test('after a login too', async ({ page, origin }) => {
    session(origin)
    expect((await ask(page, '/login-and-on/ada', { method: 'POST' })).body).toBe('page of ada')
    expect((await ask(page, '/login-and-on/bob', { method: 'POST' })).body).toBe('page of bob')
  })

  test('after a write that invalidated it', async ({ page, origin }) => {
    const product = (price: number) =>
      origin.says('/product', `price ${price}`, {
        'Cache-Control': 'max-age=600',
        'Cache-Groups': '"product"',
      })
    origin.route('/latest', (_request, response) => {
      response.writeHead(302, { ...EMPTY, Location: '/product' }).end()
    })
    origin.says('/change', 'ok', { ...EMPTY, 'Cache-Group-Invalidation': '"product"' })
    product(1)
    expect((await ask(page, '/latest')).body).toBe('price 1')
    product(2)
    await ask(page, '/change', { method: 'POST' })
    expect((await ask(page, '/latest')).body).toBe('price 2')
  })

  test('with the body and the referrer that were sent', async ({ page, origin }) => {
    origin.says('/upload', 'ok', EMPTY)
    expect((await ask(page, '/upload', { method: 'POST', body: 'x'.repeat(200_000) })).body).toBe('ok')
    const referer = { referer: page.url(), 'sec-fetch-site': 'same-origin' }
    expect(origin.visits('/upload')).toMatchObject([{ method: 'POST', bodyBytes: 200_000, headers: referer }])
  })
})
