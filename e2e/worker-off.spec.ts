import { readFile } from 'node:fs/promises'
import { type Page, expect, test as base } from '@playwright/test'
import { DeploySite, openTab, traces } from './deploy-site.ts'
import { ask, openControlled, stopWorkers } from './worker-page.ts'
import { WorkerOrigin } from './worker-origin.ts'

const NOTHING = { caches: [], databases: [], workers: 0 }
const PAGE = '<!doctype html><title>origin</title>'

const test = base.extend<{ origin: WorkerOrigin }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
  origin: async ({}, use) => {
    const origin = await WorkerOrigin.start()
    await use(origin)
    await origin.close()
  },
})

/** A page that the worker controls, with something in its store. */
async function openWithStore(page: Page, origin: WorkerOrigin): Promise<void> {
  await openControlled(page, origin.url)
  origin.says('/kept', 'kept', { 'Cache-Control': 'max-age=600' })
  await expect.poll(async () => (await ask(page, '/kept')).cacheStatus).toContain('SW; hit')
  expect(await traces(page)).toEqual({ caches: ['thermocline'], databases: ['thermocline'], workers: 1 })
}

const isControlled = (page: Page) => page.evaluate(() => navigator.serviceWorker.controller !== null)

for (const [what, say] of [
  [
    'a page',
    async (page: Page, origin: WorkerOrigin) => {
      origin.says('/', PAGE, { 'Content-Type': 'text/html', 'Thermocline-Worker': 'off' })
      await page.goto(origin.url)
    },
  ],
  [
    'a request of a page',
    async (page: Page, origin: WorkerOrigin) => {
      origin.says('/any', 'any', { 'Cache-Control': 'max-age=600', 'Thermocline-Worker': 'off' })
      await ask(page, '/any')
    },
  ],
] as const) {
  test(`the header on ${what} ends the worker and what it stored`, async ({ page, origin }) => {
    await openWithStore(page, origin)
    await say(page, origin)
    await expect.poll(() => traces(page)).toEqual(NOTHING)
    // The page itself still has a controller, which leaves everything to the network.
    for (let time = 0; time < 2; time += 1)
      expect(await ask(page, '/kept')).toMatchObject({ body: 'kept', cacheStatus: null })
    expect(await traces(page)).toEqual(NOTHING)
    await page.goto(`${origin.url}/`)
    expect(await isControlled(page)).toBe(false)
  })
}

test('a worker that the header reaches while it is installed is not', async ({ page, origin }) => {
  origin.prelude = 'self.__THERMOCLINE__ = { precache: [{ url: "/app.js", revision: null }] };'
  origin.says('/app.js', 'app()', { 'Thermocline-Worker': 'off' })
  await page.goto(origin.url)
  await page.evaluate(async () => {
    const { installing } = await navigator.serviceWorker.register('/sw.js')
    await new Promise<void>((resolve) =>
      installing?.addEventListener('statechange', () => installing.state === 'redundant' && resolve()),
    )
  })
  expect((await traces(page)).workers).toBe(0)
})

test('the worker that replaces it takes it away, and no tab is reloaded', async ({ context }) => {
  const site = await DeploySite.start()
  const tabs = [await openTab(await context.newPage(), site), await openTab(await context.newPage(), site)]
  const script = await readFile(new URL('../dist/sw-off.js', import.meta.url), 'utf8')
  site.origin.says('/sw.js', script, { 'Content-Type': 'text/javascript' })
  site.origin.forget()
  await tabs[0]?.evaluate(() => window.site.worker?.checkForUpdate())
  for (const tab of tabs) {
    await expect.poll(() => traces(tab)).toEqual(NOTHING)
    expect(await ask(tab, '/config.json')).toMatchObject({ body: '"A"', cacheStatus: null })
    expect(await tab.evaluate(() => window.site.heard)).toEqual([])
  }
  expect(site.origin.visits('/')).toEqual([])
  await tabs[1]?.goto(site.origin.url)
  expect(await tabs[1]?.evaluate(() => navigator.serviceWorker.controller)).toBeNull()
  await site.origin.close()
})

test('the option takes a worker away with the next version', async ({ page, origin }) => {
  await openWithStore(page, origin)
  origin.prelude = 'self.__THERMOCLINE__ = { off: true };'
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update())
  await expect.poll(() => traces(page)).toEqual(NOTHING)
  await page.goto(`${origin.url}/`)
  expect(await isControlled(page)).toBe(false)
})

test('a worker that can’t start any more gets out of the way', async ({ page, origin }) => {
  origin.prelude = `Object.defineProperty(self, '__THERMOCLINE__', { get() {
    if (self.serviceWorker.state === 'activated') throw new Error('broken')
  } });`
  await openWithStore(page, origin)
  await stopWorkers(page)
  const reports: string[] = []
  page.context().on('console', (message) => reports.push(message.text()))
  expect(await ask(page, '/kept')).toMatchObject({ body: 'kept', cacheStatus: null })
  await page.goto(`${origin.url}/`)
  await expect.poll(() => isControlled(page)).toBe(false)
  expect((await traces(page)).workers).toBe(0)
  expect(reports).toEqual([expect.stringContaining('thermocline: The worker could not start')])
})

test('a new version that can’t start leaves the old one in charge', async ({ page, origin }) => {
  await openWithStore(page, origin)
  origin.prelude = `Object.defineProperty(self, '__THERMOCLINE__', { get() { throw new Error('broken') } });`
  const failure = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration()
    return await registration?.update().then(
      () => 'none',
      (error: Error) => error.name,
    )
  })
  expect(failure).toBe('TypeError')
  expect((await ask(page, '/kept')).cacheStatus).toContain('SW; hit')
})
