import { ask, stopWorkers, tell } from './worker-page.ts'
import { expect, store, storedBodies, test } from './worker-test.ts'

test.describe('the application shell', () => {
  test.use({
    prelude: `self.__THERMOCLINE__ = ${JSON.stringify({
      precache: [
        { url: '/index.html', revision: '1' },
        { url: '/offline.html', revision: '1' },
        { url: '/assets/app-1a2b3c4d.js', revision: null },
      ],
      shell: '/index.html',
      offline: '/offline.html',
      shellDeny: ['^/api/'],
    })};`,
    pages: {
      '/index.html': '<title>shell</title>',
      '/offline.html': '<title>offline</title>',
      '/assets/app-1a2b3c4d.js': 'app()',
    },
  })

  test('answers precached files, and pages only without network', async ({ page, origin }) => {
    origin.forget()
    const asset = await ask(page, '/assets/app-1a2b3c4d.js')
    expect(asset).toMatchObject({ body: 'app()', cacheStatus: 'SW; hit; detail=precache' })
    expect(asset.timing).toBe('cache;desc="SW; hit; detail=precache"')
    expect(origin.visits('/assets/app-1a2b3c4d.js')).toHaveLength(0)
    await page.goto(origin.url)
    expect(await page.title()).toBe('origin')

    await origin.goDown()
    await page.goto(`${origin.url}/p/42-shoe?ref=x`)
    expect(await page.title()).toBe('shell')
    await page.goto(`${origin.url}/api/export`)
    expect(await page.title()).toBe('offline')
  })
})

test.describe('when storage fails', () => {
  test.describe('IndexedDB refuses to open', () => {
    test.use({
      prelude: 'IDBFactory.prototype.open = () => { throw new DOMException("no storage", "SecurityError") };',
    })
    test('everything comes from the network', async ({ page, origin }) => {
      origin.says('/works', 'works', { 'Cache-Control': 'max-age=600' })
      for (let time = 0; time < 2; time += 1) expect((await ask(page, '/works')).body).toBe('works')
      expect(origin.visits('/works')).toHaveLength(2)
      expect((await ask(page, '/works', { method: 'POST' })).status).toBe(200)
    })
  })

  test.describe('IndexedDB never answers', () => {
    test.use({
      prelude:
        'IDBFactory.prototype.open = () => Object.create(IDBOpenDBRequest.prototype, { addEventListener: { value() {} } });',
    })
    test('everything comes from the network', async ({ page, origin }) => {
      origin.says('/works', 'works', { 'Cache-Control': 'max-age=600' })
      expect((await ask(page, '/works')).body).toBe('works')
    })
  })

  test.describe('Cache Storage throws', () => {
    test.use({
      prelude:
        'CacheStorage.prototype.open = () => Promise.reject(new DOMException("no storage", "QuotaExceededError"));',
    })
    test('everything comes from the network', async ({ page, origin }) => {
      origin.says('/works', 'works', { 'Cache-Control': 'max-age=600' })
      for (let time = 0; time < 2; time += 1) expect((await ask(page, '/works')).body).toBe('works')
    })
  })

  test('a database deleted underneath is a cache that is empty', async ({ page, origin }) => {
    origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
    await store(page, '/kept')
    await page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase('thermocline')
          request.addEventListener('success', resolve)
          request.addEventListener('error', reject)
        }),
    )
    origin.forget()
    expect((await ask(page, '/kept')).body).toBe('kept')
    expect(origin.visits('/kept')).toHaveLength(1)
    await store(page, '/kept')
  })

  test('a cache deleted underneath is a cache that is empty', async ({ page, origin }) => {
    origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
    await store(page, '/kept')
    await page.evaluate(() => caches.delete('thermocline'))
    await stopWorkers(page)
    expect((await ask(page, '/kept')).body).toBe('kept')
    await store(page, '/kept')
  })

  test('a page that deletes all caches, as at sign-out, is answered from none of them', async ({
    page,
    origin,
  }) => {
    const own = { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': 'ada' }
    origin.says('/account', 'of ada', own)
    origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
    await store(page, '/account')
    await store(page, '/kept')
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name)
    })
    origin.forget()
    expect((await ask(page, '/account')).cacheStatus).toContain('fwd=uri-miss')
    expect((await ask(page, '/kept')).cacheStatus).toContain('fwd=uri-miss')
    // What is stored after that is there for a worker that is started again.
    await store(page, '/kept')
    await stopWorkers(page)
    expect((await ask(page, '/kept')).cacheStatus).toContain('SW; hit')
  })
})

test.describe('wrong options', () => {
  test.use({
    prelude:
      'self.reports = []; console.error = (text) => self.reports.push(text);' +
      'self.__THERMOCLINE__ = { shel: "/", maxEntries: -1 };',
  })
  test('are named on the console, and the worker works', async ({ page, origin, context }) => {
    const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'))
    expect(await worker.evaluate(() => Reflect.get(globalThis, 'reports') as string[])).toEqual([
      expect.stringContaining('There is no option `shel`. Write one of precache, shell, '),
      'thermocline: `maxEntries` is -1. Write a whole number above 0. It is ignored.',
    ])
    origin.says('/works', 'works', { 'Cache-Control': 'max-age=600' })
    await store(page, '/works')
  })
})

test('a new version waits until the page lets it', async ({ page, origin }) => {
  origin.prelude = '// second version'
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration()
    await registration?.update()
    const worker = registration?.installing ?? registration?.waiting
    if (worker?.state !== 'installed') {
      await new Promise((resolve) => worker?.addEventListener('statechange', resolve, { once: true }))
    }
    return registration?.waiting?.state
  })
  expect(state).toBe('installed')
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration()
    const controlled = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    )
    registration?.waiting?.postMessage({ type: 'thermocline:skip-waiting' })
    await controlled
  })
})

test('clear drops what is stored', async ({ page, origin }) => {
  origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
  await store(page, '/kept')
  // One of a version to come is not taken for done.
  expect(await tell(page, { type: 'thermocline:to-come' })).toEqual({ ok: false })
  expect(await storedBodies(page)).not.toEqual([])
  expect(await tell(page, { type: 'thermocline:clear' })).toEqual({ ok: true })
  expect(await storedBodies(page)).toEqual([])
  expect((await ask(page, '/kept')).cacheStatus).toBe('SW; fwd=uri-miss; stored')
})
