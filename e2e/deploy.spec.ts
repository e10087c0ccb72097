import { type BrowserContext, type Page, expect, test as base } from '@playwright/test'
import { DeploySite, assetsOf, findUpdate, look, openTab, precached } from './deploy-site.ts'
import { stopWorkers } from './worker-page.ts'

const test = base.extend<{ site: DeploySite; tabs: readonly [Page, Page] }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
  site: async ({}, use) => {
    const site = await DeploySite.start()
    await use(site)
    await site.origin.close()
  },
  /** Two tabs that run the build A. */
  tabs: async ({ context, site }, use) => {
    await use([await openTab(await context.newPage(), site), await openTab(await context.newPage(), site)])
  },
})

/** What is precached once nothing but build C is in use. */
const FILES_OF_C = [
  '/?thermocline-revision=C',
  '/assets/lazy-C.js',
  '/assets/main-C.js',
  '/config.json?thermocline-revision=C',
]

const prompt = (tab: Page) => tab.getByRole('button', { name: 'A new version is ready' })

test('two tabs on an old build go on with it, and move to the new one together', async ({ site, tabs }) => {
  const [first, second] = tabs
  expect(await precached(first)).toEqual([
    '/?thermocline-revision=A',
    '/assets/lazy-A.js',
    '/assets/main-A.js',
    '/config.json?thermocline-revision=A',
  ])
  site.origin.forget()
  site.deploy('B')
  await findUpdate(first)
  for (const tab of tabs) {
    await expect(prompt(tab)).toBeVisible()
    // Neither was the chunk loaded before, nor has the server got it any more.
    expect(await look(tab)).toEqual({ build: 'A', lazy: 'A', config: 'A' })
  }
  await prompt(second).click()
  for (const tab of tabs) {
    await expect(tab).toHaveTitle('B')
    expect(await look(tab)).toEqual({ build: 'B', lazy: 'B', config: 'B' })
    expect(await tab.evaluate(() => window.site.heard)).toEqual([])
  }
  expect(assetsOf('A').flatMap((path) => site.origin.visits(path))).toEqual([])
  await expect
    .poll(() => precached(first))
    .toEqual([
      '/?thermocline-revision=B',
      '/assets/lazy-B.js',
      '/assets/main-B.js',
      '/config.json?thermocline-revision=B',
    ])
})

/** Has a tab keep its page, and another one apply the build. */
async function deployPast(site: DeploySite, keeping: readonly Page[], applying: Page, build: string) {
  for (const tab of keeping) await tab.evaluate(() => void (window.site.unsaved = true))
  site.deploy(build)
  await findUpdate(applying)
  await prompt(applying).click()
  await expect(applying).toHaveTitle(build)
  expect((await look(applying)).build).toBe(build)
}

test('a tab that keeps its page has its files, under a worker that was restarted too', async ({
  site,
  tabs,
}) => {
  const [first, second] = tabs
  await deployPast(site, [second], first, 'B')
  await stopWorkers(first)
  expect(await look(second)).toEqual({ build: 'A', lazy: 'A', config: 'A' })
  expect(await look(first)).toEqual({ build: 'B', lazy: 'B', config: 'B' })
  await second.evaluate(() => void window.site.worker?.applyUpdate())
  await expect(second).toHaveTitle('B')
  await expect.poll(() => precached(first)).not.toContain('/assets/lazy-A.js')
})

test('three builds in a row are kept apart', async ({ context, site, tabs }) => {
  const [first, second] = tabs
  const third = await openTab(await context.newPage(), site)
  await deployPast(site, [second], first, 'B')
  await expect(third).toHaveTitle('B')
  await look(third)
  await deployPast(site, [second, third], first, 'C')
  await stopWorkers(first)
  expect(await look(first)).toEqual({ build: 'C', lazy: 'C', config: 'C' })
  expect(await look(second)).toEqual({ build: 'A', lazy: 'A', config: 'A' })
  expect(await look(third)).toEqual({ build: 'B', lazy: 'B', config: 'B' })

  await second.close()
  await first.reload()
  await expect.poll(() => precached(first)).not.toContain('/assets/lazy-A.js')
  expect(await look(third)).toEqual({ build: 'B', lazy: 'B', config: 'B' })
  await third.close()
  await first.reload()
  await expect.poll(() => precached(first)).toEqual(FILES_OF_C)
})

test('a build whose files are not what they should be is not installed', async ({ site, tabs }) => {
  const [first] = tabs
  site.deploy('B', 'sha384-AAAA')
  await findUpdate(first)
  await expect.poll(() => first.evaluate(() => window.site.heard)).toEqual(['install'])
  expect((await look(first)).lazy).toBe('A')
  site.deploy('C')
  await findUpdate(first)
  await prompt(first).click()
  await expect(first).toHaveTitle('C')
  await expect.poll(() => precached(first)).toEqual(FILES_OF_C)
})

test('a precache that has been deleted leaves it to the network', async ({ site, tabs }) => {
  const [first] = tabs
  await first.evaluate(async () => {
    for (const name of await caches.keys()) await caches.delete(name)
  })
  site.origin.forget()
  expect(await look(first)).toEqual({ build: 'A', lazy: 'A', config: 'A' })
  expect(site.origin.visits('/assets/lazy-A.js')).toHaveLength(1)
})

/** Whether any worker has been running since, as the browser's developer tools see it. */
async function watchWorkers(context: BrowserContext, tab: Page): Promise<() => string[]> {
  const session = await context.newCDPSession(tab)
  const states: string[] = []
  session.on('ServiceWorker.workerVersionUpdated', ({ versions }) =>
    states.push(...versions.map(({ runningStatus }) => runningStatus)),
  )
  await session.send('ServiceWorker.enable')
  await session.send('ServiceWorker.stopAllWorkers')
  await expect.poll(() => states.at(-1)).toBe('stopped')
  states.length = 0
  return () => states
}

test('a hashed file is answered while the worker is stopped, and leaves it so', async ({
  context,
  site,
  tabs,
}) => {
  const [first] = tabs
  const states = await watchWorkers(context, first)
  site.origin.forget()
  const answer = await first.evaluate(async (url) => {
    const response = await fetch(url)
    const timing = new Promise<PerformanceResourceTiming>((resolve) => {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntriesByName(response.url)) resolve(entry as PerformanceResourceTiming)
      }).observe({ type: 'resource', buffered: true })
    })
    const body = await response.text()
    const { serverTiming } = await timing
    return {
      body,
      did: response.headers.get('cache-status'),
      metrics: serverTiming.map(({ name, description }) => `${name} ${description}`),
      source: Reflect.get(await timing, 'workerFinalSourceType') as unknown,
    }
  }, assetsOf('A')[1])
  expect(answer).toEqual({
    body: "export const build = 'A'",
    did: 'SW; hit; detail=precache',
    metrics: ['cache SW; hit; detail=precache'],
    source: 'cache',
  })
  expect(site.origin.visits(assetsOf('A')[1])).toHaveLength(0)
  expect(states()).toEqual([])
  // What has a revision may differ from page to page, so it is the worker's to answer.
  expect((await look(first)).config).toBe('A')
  expect(states()).toContain('running')
})

test('a worker that a page of the old build has started goes on with that build', async ({ site, tabs }) => {
  const [first, second] = tabs
  const script = `addEventListener('message', async () => postMessage(await (await fetch('/config.json')).json()))`
  site.origin.says('/page-worker.js', script, {
    'Content-Type': 'text/javascript',
    'Cache-Control': 'no-cache',
  })
  const worker = await first.evaluateHandle(() => new Worker('/page-worker.js'))
  const configOfWorker = () =>
    worker.evaluate(
      (own) =>
        new Promise((resolve) => {
          own.addEventListener('message', ({ data }) => resolve(data), { once: true })
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, and no window
          own.postMessage('config')
        }),
    )
  expect(await configOfWorker()).toBe('A')
  await first.evaluate(() => {
    window.site.unsaved = true
  })
  site.deploy('B')
  await findUpdate(first)
  await prompt(second).click()
  await expect(second).toHaveTitle('B')
  expect(await configOfWorker()).toBe('A')
  expect(await look(second)).toEqual({ build: 'B', lazy: 'B', config: 'B' })
})
