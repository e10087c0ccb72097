import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Page, expect, test as base } from '@playwright/test'
import { createTieredCache, invalidationStream } from 'thermocline/server'

const DIST = new URL('../dist/', import.meta.url)

/** A page that registers its worker, follows, and notes what it is told; `born` says whether it is still the same page. */
const PAGE = `<!doctype html><title>account</title><script type="module">
  import { followInvalidations, register } from '/built/client/index.js'
  window.born = Math.random()
  window.told = []
  addEventListener('pageshow', ({ persisted }) => { window.cameBack = persisted })
  const worker = await register()
  worker.addEventListener('switched', ({ restored }) => told.push('switched ' + restored))
  followInvalidations().addEventListener('invalidated', ({ groups }) => told.push(...groups))
  if (!navigator.serviceWorker.controller) await new Promise((resolve) => { worker.addEventListener('controlled', resolve) })
  await fetch('/session')
  // Answered after what register() has asked.
  const { port1, port2 } = new MessageChannel()
  navigator.serviceWorker.controller.postMessage({ type: 'thermocline:whose' }, [port2])
  await new Promise((resolve) => { port1.onmessage = resolve })
  window.ready = true
</script>`

interface Origin {
  readonly url: string
  /** Who is signed in, by the server's word. */
  user: string
  readonly cache: ReturnType<typeof createTieredCache>
}

const test = base.extend<{ origin: Origin }>({
  // Playwright turns the back/forward cache off.
  launchOptions: [
    async ({ launchOptions }, use) =>
      await use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
    { scope: 'worker' },
  ],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
  origin: async ({}, use) => {
    const cache = createTieredCache()
    const stream = invalidationStream({ cache })
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://origin')
      const [, file] = /^\/(?:built\/)?((?:client|policy)\/[\w/-]+\.js|sw\.js)$/.exec(pathname) ?? []
      if (pathname === '/invalidations') stream.handler(request, response)
      else if (pathname === '/session') {
        response.writeHead(200, { 'Cache-Control': 'no-store', 'Thermocline-Partition': origin.user }).end()
      } else if (file === undefined) {
        response.writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'no-cache' })
        response.end(pathname === '/plain' ? '<!doctype html><title>plain</title>' : PAGE)
      } else {
        response.setHeader('Content-Type', 'text/javascript')
        void readFile(new URL(file, DIST)).then((body) => response.end(body))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const origin: Origin = { url: `http://127.0.0.1:${port}`, user: 'ada', cache }
    await use(origin)
    stream.close()
    await cache.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  },
})
async function open(page: Page, url: string): Promise<number> {
  await page.goto(url)
  await page.waitForFunction(() => (window as unknown as { ready?: boolean }).ready)
  return await born(page)
}

const born = (page: Page) => page.evaluate(() => (window as unknown as { born: number }).born)
/** Why the browser did not keep the page; `null` where it did. */
const notKept = (page: Page) =>
  page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation')
    return (navigation as unknown as { notRestoredReasons: unknown }).notRestoredReasons
  })
const told = (page: Page) => page.evaluate(() => (window as unknown as { told: string[] }).told)

async function goBack(page: Page): Promise<void> {
  await page.evaluate(() => history.back()).catch(() => {})
  await page.waitForFunction(() => document.title === 'account')
}

test('a page that comes back as it was kept is reloaded once somebody else has signed in', async ({
  context,
  origin,
  page,
}) => {
  // The first time nobody is known yet when the page begins.
  await open(page, `${origin.url}/other`)
  const adas = await open(page, `${origin.url}/account`)

  await page.goto(`${origin.url}/plain`)
  await goBack(page)
  // Without this the rest would show nothing: it is the kept page.
  expect(await notKept(page)).toBeNull()
  expect(await born(page)).toBe(adas)

  await page.goto(`${origin.url}/plain`)
  origin.user = 'bob'
  const other = await context.newPage()
  await open(other, `${origin.url}/other`)
  await other.close()
  await goBack(page)
  await expect.poll(() => born(page)).not.toBe(adas)
})

test('a page that comes back as it was kept is told what was invalidated meanwhile', async ({
  context,
  origin,
  page,
}) => {
  // It has the connection, so the page is told by it.
  const other = await context.newPage()
  await open(other, `${origin.url}/other`)
  await open(page, `${origin.url}/other`)
  const kept = await open(page, `${origin.url}/account`)

  await page.goto(`${origin.url}/plain`)
  await origin.cache.invalidate({ groups: ['product-42'] })
  await expect.poll(() => told(other)).toEqual(['product-42'])
  await goBack(page)
  expect(await notKept(page)).toBeNull()
  await expect.poll(() => told(page)).toContain('product-42')
  expect(await born(page)).toBe(kept)
})
