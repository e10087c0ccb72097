import { readFile } from 'node:fs/promises'
import { type Page, expect, test as base } from '@playwright/test'
import { WorkerOrigin } from './worker-origin.ts'
import { ask, stopWorkers } from './worker-page.ts'

const PAGE = { 'Content-Type': 'text/html', 'Cache-Control': 'no-store' }
const FRESH = { 'Cache-Control': 'max-age=600' }

/** An origin that serves the drop-in as it is, to whom its options come with the query. */
const test = base.extend<{ origin: WorkerOrigin }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
  origin: async ({}, use) => {
    const origin = await WorkerOrigin.start()
    await use(origin)
    await origin.close()
  },
})

/** Registers the worker with options and waits until it answers for the page; collects what the console says. */
async function start(page: Page, origin: WorkerOrigin, query: string): Promise<string[]> {
  const said: string[] = []
  page.context().on('console', (message) => said.push(message.text()))
  const url = `/sw.js?${query}`
  const script = await readFile(new URL('../dist/sw.js', import.meta.url), 'utf8')
  origin.says(url, script, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-cache' })
  await page.goto(origin.url)
  await page.evaluate(async (scriptUrl) => {
    const controlled = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    )
    await navigator.serviceWorker.register(scriptUrl)
    await controlled
  }, url)
  return said
}

function config(origin: WorkerOrigin, options: object): void {
  origin.says('/thermocline.json', JSON.stringify(options), { 'Cache-Control': 'max-age=600', ETag: '"1"' })
}

test('an offline page and paths to leave alone, by query', async ({ origin, page }) => {
  origin.says('/offline.html', '<title>offline</title>', { ...PAGE, 'Cache-Control': 'no-cache' })
  origin.says('/admin/x', 'x', FRESH)
  origin.says('/shop/x', 'x', FRESH)
  const said = await start(page, origin, 'maxBytes=1000000&offline=/offline.html&exclude=^/admin/')
  expect((await ask(page, '/admin/x')).cacheStatus).toBeNull()
  expect((await ask(page, '/shop/x')).cacheStatus).toContain('SW; fwd=uri-miss')
  expect(origin.visits('/thermocline.json')).toHaveLength(0)

  await origin.goDown()
  await page.goto(`${origin.url}/anything`)
  expect(await page.title()).toBe('offline')
  expect(said.filter((text) => text.startsWith('thermocline'))).toEqual([])
})

test('what is wrong is named on the console, and the worker does the rest', async ({ origin, page }) => {
  origin.says('/x', 'x', FRESH)
  const said = await start(page, origin, 'maxBytes=lots&exclud=^/a/')
  expect((await ask(page, '/x')).cacheStatus).toContain('SW; fwd=uri-miss')
  await expect
    .poll(() => said.filter((text) => text.startsWith('thermocline')))
    .toEqual([
      'thermocline: `maxBytes` is "lots". Write a whole number above 0. It is ignored.',
      expect.stringContaining('thermocline: There is no option `exclud`. Write one of precache, '),
    ])
})

test('a JSON file takes effect with the navigation after its change, and stays through a restart', async ({
  origin,
  page,
}) => {
  origin.says('/a/x', 'x', FRESH)
  origin.says('/b/x', 'x', FRESH)
  config(origin, { exclude: ['^/a/'] })
  await start(page, origin, 'config=/thermocline.json')
  expect((await ask(page, '/a/x')).cacheStatus).toBeNull()
  expect((await ask(page, '/b/x')).cacheStatus).toContain('SW; fwd=uri-miss')

  config(origin, { exclude: ['^/b/'] })
  origin.forget()
  await page.goto(origin.url)
  await expect.poll(async () => (await ask(page, '/b/x')).cacheStatus).toBeNull()
  expect((await ask(page, '/a/x')).cacheStatus).toContain('SW; ')
  expect(origin.visits('/thermocline.json').map(({ headers }) => headers['if-none-match'])).toEqual(['"1"'])

  origin.says('/thermocline.json', 'gone', {}, 404)
  await stopWorkers(page)
  expect((await ask(page, '/b/x')).cacheStatus).toBeNull()
  expect((await ask(page, '/a/x')).cacheStatus).toContain('SW; ')
})

test('a file that is no JSON keeps what it last said', async ({ origin, page }) => {
  origin.says('/a/x', 'x', FRESH)
  config(origin, { exclude: ['^/a/'] })
  const said = await start(page, origin, 'config=/thermocline.json')
  origin.says('/thermocline.json', '<!doctype html>', {})
  await page.goto(origin.url)
  await expect.poll(() => said.join('\n')).toContain("/thermocline.json can't be used. SyntaxError: ")
  expect((await ask(page, '/a/x')).cacheStatus).toBeNull()
})

test('the off switch of the file leaves nothing behind', async ({ origin, page }) => {
  origin.says('/x', 'x', FRESH)
  origin.says('/offline.html', '<title>offline</title>', { ...PAGE, 'Cache-Control': 'no-cache' })
  config(origin, {})
  await start(page, origin, 'config=/thermocline.json&offline=/offline.html')
  expect((await ask(page, '/x')).cacheStatus).toContain('SW; ')
  config(origin, { off: true })
  await page.goto(origin.url)
  await expect.poll(async () => (await ask(page, '/x')).cacheStatus).toBeNull()
  await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([])
})

test('a file of options that never comes takes no connection for long, and keeps no version from being installed', async ({
  page,
  origin,
}) => {
  origin.route('/thermocline.json', () => {})
  origin.says('/page', 'page', PAGE)
  await start(page, origin, 'config=/thermocline.json')
  for (let visit = 0; visit < 8; visit += 1) {
    await page.goto(`${origin.url}/page`)
    await expect(page.locator('body')).toHaveText('page')
  }
  expect(origin.visits('/thermocline.json').length).toBeLessThan(8)
})
