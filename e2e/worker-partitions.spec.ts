import type { WorkerOrigin } from './worker-origin.ts'
import { ask, openControlled, stopWorkers, tell } from './worker-page.ts'
import { expect, store, storedBodies, test } from './worker-test.ts'

/** One session, whose user a test changes, as a login does. */
function session(origin: WorkerOrigin) {
  const state: { user: string | undefined } = { user: 'ada' }
  const partition = (): Record<string, string> =>
    state.user === undefined ? {} : { 'Thermocline-Partition': `p-${state.user}` }
  origin.route('/account', (_request, response) => {
    const headers = { 'Cache-Control': 'private, max-age=600, stale-if-error=6000', ...partition() }
    response.writeHead(200, headers).end(`account of ${state.user}`)
  })
  origin.route('/by-cookie', (_request, response) => {
    response.writeHead(200, { 'Cache-Control': 'max-age=600', Vary: 'Cookie' }).end(`page of ${state.user}`)
  })
  origin.route('/session', (_request, response) => {
    response.writeHead(200, { 'Cache-Control': 'no-store', ...partition() }).end(String(state.user))
  })
  origin.says('/public', 'for all', { 'Cache-Control': 'max-age=600' })
  return state
}

test.describe('variants', () => {
  test('eight variants of one URL are kept', async ({ page, origin }) => {
    origin.route('/varied', (request, response) => {
      response.writeHead(200, { 'Cache-Control': 'max-age=600', Vary: 'X-Colour, Accept-Encoding' })
      response.end(String(request.headers['x-colour']))
    })
    const colours = ['red', 'green', 'blue', 'cyan', 'pink', 'gold', 'grey', 'teal']
    for (const colour of colours) await store(page, '/varied', { headers: { 'X-Colour': colour } })
    origin.forget()
    await stopWorkers(page)
    for (const colour of colours) {
      expect((await ask(page, '/varied', { headers: { 'X-Colour': colour } })).body).toBe(colour)
    }
    expect(origin.visits('/varied')).toHaveLength(0)
    const other = await ask(page, '/varied', { headers: { 'X-Colour': 'plum' } })
    expect(other).toMatchObject({ body: 'plum', cacheStatus: 'SW; fwd=vary-miss; stored' })
  })

  test.describe('in another language', () => {
    test.use({ locale: 'de-CH' })
    test('what varies by language is answered in it', async ({ page, origin }) => {
      origin.route('/language', (request, response) => {
        response.writeHead(200, { 'Cache-Control': 'max-age=600', Vary: 'Accept-Language' })
        response.end(String(request.headers['accept-language']))
      })
      await store(page, '/language')
      expect((await ask(page, '/language')).body).toContain('de-CH')
    })
  })

  test('what varies by fields that a worker cannot see is not stored', async ({ page, origin }) => {
    for (const vary of ['*', 'Accept, *', 'Sec-CH-UA-Mobile', 'Referer']) {
      origin.says('/unseen', vary, { 'Cache-Control': 'max-age=600', Vary: vary })
      expect((await ask(page, '/unseen')).cacheStatus).toBe('SW; fwd=uri-miss')
    }
  })
})

test.describe('partitions', () => {
  test('nothing private is stored before a partition is known', async ({ page, origin }) => {
    session(origin).user = undefined
    await ask(page, '/account')
    await ask(page, '/by-cookie')
    expect((await ask(page, '/account')).cacheStatus).toBe('SW; fwd=uri-miss')
    expect((await ask(page, '/by-cookie')).cacheStatus).toBe('SW; fwd=uri-miss')
  })

  for (const stopsWorker of [false, true]) {
    test(`after a switch nobody gets the other user's responses${stopsWorker ? ', in a restarted worker either' : ''}`, async ({
      page,
      origin,
      context,
    }) => {
      const state = session(origin)
      await store(page, '/account')
      await store(page, '/by-cookie')
      await store(page, '/public')
      if (stopsWorker) await stopWorkers(page)
      expect((await ask(page, '/account')).body).toBe('account of ada')
      const otherTab = await context.newPage()
      await openControlled(otherTab, origin.url)

      state.user = 'bob'
      await ask(page, '/session')
      if (stopsWorker) await stopWorkers(page)
      await origin.goDown()
      for (const tab of [page, otherTab]) {
        expect((await ask(tab, '/account')).status).toBe(0)
        expect((await ask(tab, '/by-cookie')).status).toBe(0)
        expect((await ask(tab, '/account', { cache: 'force-cache' })).status).toBe(0)
        expect((await ask(tab, '/public')).body).toBe('for all')
      }
      await origin.goUp()
      for (const tab of [page, otherTab]) {
        expect((await ask(tab, '/account')).body).toBe('account of bob')
        expect((await ask(tab, '/by-cookie')).body).toBe('page of bob')
      }
      await expect
        .poll(async () => (await storedBodies(page)).filter((body) => body.includes('ada')))
        .toEqual([])
    })
  }

  test('the page can switch by message', async ({ page, origin }) => {
    const state = session(origin)
    await store(page, '/account')
    expect(await tell(page, { type: 'thermocline:partition', partition: 'p-bob' })).toEqual({ ok: true })
    state.user = 'bob'
    expect((await ask(page, '/account')).body).toBe('account of bob')
    expect(await tell(page, { type: 'thermocline:partition', partition: 'not an id' })).toEqual({ ok: false })
  })

  test('what was asked for before a switch is not stored after it', async ({ page, origin }) => {
    const state = session(origin)
    await ask(page, '/session')
    let finish: (() => void) | undefined
    const arrived = new Promise<void>((resolve) => {
      origin.route('/slow', (_request, response) => {
        finish = () =>
          response
            .writeHead(200, { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': 'p-ada' })
            .end('slow of ada')
        resolve()
      })
    })
    const slow = ask(page, '/slow')
    await arrived
    state.user = 'bob'
    await ask(page, '/session')
    finish?.()
    expect((await slow).body).toBe('slow of ada')
    await origin.goDown()
    expect((await ask(page, '/slow')).status).toBe(0)
    await origin.goUp()
    // The late header did not switch back.
    await store(page, '/account')
    expect((await ask(page, '/account')).body).toBe('account of bob')
  })

  test('a form whose redirect hides who signed in ends private answers', async ({ page, origin }) => {
    const state = session(origin)
    await store(page, '/account')
    origin.route('/login', (_request, response) => {
      state.user = 'bob'
      response.writeHead(303, { Location: '/hello', 'Thermocline-Partition': 'p-bob' }).end()
    })
    origin.says('/hello', '<title>hello</title>', {
      'Content-Type': 'text/html',
      'Cache-Control': 'no-cache',
    })
    await page.evaluate(() => {
      document.body.innerHTML = '<form method="post" action="/login"></form>'
      document.forms[0]?.submit()
    })
    await page.waitForURL(`${origin.url}/hello`)
    expect((await ask(page, '/account')).body).toBe('account of bob')
  })

  test('so does a link whose redirect hides it, such as the way back from a login elsewhere', async ({
    page,
    origin,
  }) => {
    const state = session(origin)
    await store(page, '/account')
    origin.route('/auth/callback', (_request, response) => {
      state.user = 'bob'
      response.writeHead(302, { Location: '/hello', 'Set-Cookie': 'sid=bob' }).end()
    })
    origin.says('/hello', '<title>hello</title>', {
      'Content-Type': 'text/html',
      'Cache-Control': 'no-cache',
    })
    await page.goto(`${origin.url}/auth/callback`)
    await page.waitForURL(`${origin.url}/hello`)
    expect((await ask(page, '/account')).body).toBe('account of bob')
  })
})
