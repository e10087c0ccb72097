import { type BrowserContext, type Page, expect, test } from '@playwright/test'
import type { ThermoclineWorker, WaitingEvent } from 'thermocline/client'
import { type ClientOrigin, startClientOrigin } from './client-origin.ts'

declare global {
  interface Window {
    worker: ThermoclineWorker
    waiting?: WaitingEvent
    heard: string[]
    ready?: boolean
  }
}

let origin: ClientOrigin

test.beforeEach(async () => {
  origin = await startClientOrigin()
})

test.afterEach(() => origin.close())

/** A tab whose page has registered its worker. */
async function openTab(context: BrowserContext, tab: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${origin.url}/?tab=${tab}`)
  await registered(page)
  return page
}

/** Waits for the page's nth load, since the one before it is still there while a reload begins. */
async function registered(page: Page, load = 1): Promise<void> {
  await page.waitForFunction(
    (nth) => window.ready && document.documentElement.dataset['load'] === nth,
    String(load),
  )
}

async function controlled(page: Page): Promise<void> {
  await page.waitForFunction(() => window.worker.controlled)
}

function heard(page: Page): Promise<string[]> {
  return page.evaluate(() => window.heard)
}

function version(page: Page): Promise<string> {
  return page.evaluate(() => fetch('/version').then((response) => response.text()))
}

test('a first installation takes control and reloads nothing', async ({ context }) => {
  const page = await openTab(context, 'a')
  await controlled(page)
  await expect.poll(() => heard(page)).toEqual(['controlled'])
  expect(await version(page)).toBe('1')
  expect(origin.loads('a')).toBe(1)
})

test('an applied update reloads every tab exactly once', async ({ context }) => {
  const first = await openTab(context, 'a')
  await controlled(first)
  const second = await openTab(context, 'b')
  await controlled(second)

  origin.deploy('2')
  await first.evaluate(() => window.worker.checkForUpdate())
  await expect.poll(() => heard(first)).toContain('waiting')
  await expect.poll(() => heard(second)).toContain('waiting')
  // A second look finds the same version, which was announced already.
  await first.evaluate(() => window.worker.checkForUpdate())
  expect((await heard(first)).filter((type) => type === 'waiting')).toHaveLength(1)
  expect(await version(first)).toBe('1')

  // The page may be gone before the call has returned.
  await first.evaluate(() => void window.waiting?.apply())
  await expect.poll(() => origin.loads('a')).toBe(2)
  await expect.poll(() => origin.loads('b')).toBe(2)
  for (const page of [first, second]) {
    await registered(page, 2)
    expect(await version(page)).toBe('2')
    expect(await heard(page)).toEqual([])
  }
  expect([origin.loads('a'), origin.loads('b')]).toEqual([2, 2])
})

test('a tab that keeps its page can apply later', async ({ context }) => {
  const first = await openTab(context, 'a')
  await controlled(first)
  const second = await openTab(context, 'b')
  await second.evaluate(() => window.worker.addEventListener('reloading', (event) => event.preventDefault()))
  origin.deploy('2')
  await first.evaluate(() => window.worker.checkForUpdate())
  await expect.poll(() => heard(first)).toContain('waiting')
  await first.evaluate(() => void window.waiting?.apply())
  await expect.poll(() => heard(second)).toContain('reloading')
  await expect.poll(() => origin.loads('a')).toBe(2)
  expect(origin.loads('b')).toBe(1)
  await registered(first, 2)
  await second.evaluate(() => void window.worker.applyUpdate())
  await expect.poll(() => origin.loads('b')).toBe(2)
  await registered(second, 2)
  expect(await version(second)).toBe('2')
})

test('a version that waits since before the page was opened is announced', async ({ context }) => {
  const first = await openTab(context, 'a')
  await controlled(first)
  origin.deploy('2')
  await first.evaluate(() => window.worker.checkForUpdate())
  await expect.poll(() => heard(first)).toContain('waiting')
  const second = await openTab(context, 'b')
  await expect.poll(() => heard(second)).toEqual(['waiting'])
})

test('a hard-reloaded tab applies an update and reloads once', async ({ context }) => {
  const page = await openTab(context, 'a')
  await controlled(page)
  const devtools = await context.newCDPSession(page)
  await devtools.send('Page.reload', { ignoreCache: true })
  await expect.poll(() => origin.loads('a')).toBe(2)
  await registered(page, 2)
  expect(await page.evaluate(() => window.worker.controlled)).toBe(false)
  origin.deploy('2')
  await page.evaluate(() => window.worker.checkForUpdate())
  await expect.poll(() => heard(page)).toEqual(['waiting'])
  await page.evaluate(() => void window.waiting?.apply())
  await expect.poll(() => origin.loads('a')).toBe(3)
  await registered(page, 3)
  expect(await version(page)).toBe('2')
  expect(origin.loads('a')).toBe(3)
})

test('a version that cannot be installed is reported, and the old one stays', async ({ context }) => {
  const page = await openTab(context, 'a')
  await controlled(page)
  origin.deploy('2', 'fails-to-install')
  await page.evaluate(() => window.worker.checkForUpdate())
  await expect.poll(() => heard(page)).toContain('failed install')
  expect(await version(page)).toBe('1')
  expect(origin.loads('a')).toBe(1)
})

for (const [fault, reason] of [
  ['missing', 'script-failed'],
  ['wrong-type', 'refused'],
] as const) {
  test(`a worker script that is ${fault} leaves the page as it is`, async ({ context }) => {
    origin.deploy('1', fault)
    const page = await openTab(context, 'a')
    expect(
      await page.evaluate(() => [window.worker.supported, window.worker.reason, String(window.worker.error)]),
    ).toEqual([false, reason, expect.stringContaining('Failed to register a ServiceWorker')])
    expect(await page.evaluate(() => window.worker.clear())).toBe(true)
  })
}

test('an insecure origin is said to be one', async ({ page }) => {
  await page.route('http://shop.test/**', async (route) => {
    const { pathname, search } = new URL(route.request().url())
    await route.fulfill({ response: await route.fetch({ url: origin.url + pathname + search }) })
  })
  await page.goto('http://shop.test/')
  await registered(page)
  expect(await page.evaluate(() => [window.worker.supported, window.worker.reason])).toEqual([
    false,
    'insecure-origin',
  ])
})

test('partition and clear reach the worker, its news reach the page', async ({ context }) => {
  const page = await openTab(context, 'a')
  await controlled(page)
  expect(await page.evaluate(() => window.worker.setPartition('u_7'))).toBe(true)
  expect(await page.evaluate(() => window.worker.clear())).toBe(true)
  expect(await page.evaluate(() => fetch('/told').then((response) => response.json()))).toEqual([
    { type: 'thermocline:partition', partition: 'u_7' },
    { type: 'thermocline:clear' },
  ])
  const url = await page.evaluate(async () => {
    const updated = new Promise<string>((resolve) =>
      window.worker.addEventListener('updated', (event) => resolve(event.url)),
    )
    const { active } = await navigator.serviceWorker.ready
    active?.postMessage({ type: 'announce', url: '/api/products/42' }, [])
    return updated
  })
  expect(url).toBe('/api/products/42')
})
