import type { Page } from '@playwright/test'
import { PostgresServer } from '../test/support/postgres-server.ts'
import { Psql } from './psql.ts'
import { RecordingProxy } from './recording-proxy.ts'
import { Shop } from './shop.ts'
import { expect, openControlled, test, waitUntilOfflineReady } from './test.ts'

const CHANGES = 50

let postgres: PostgresServer
let psql: Psql
let shop: Shop

test.beforeAll(async () => {
  test.setTimeout(180_000)
  postgres = await PostgresServer.start()
  shop = await Shop.open(postgres.url)
  psql = new Psql(postgres.url)
})

test.afterAll(async () => {
  await psql.close()
  await shop.close()
  await postgres.close()
})

const setPrice = (id: number, cents: number) =>
  psql.run(`UPDATE storefront.products SET price_cents = ${cents} WHERE id = ${id}`)

const priceOn = (page: Page) => page.getByTestId('product-price').first()

/** A tab on a product, with the worker in charge; it notes when each price was drawn. */
async function openProduct(page: Page, url: string, id: number): Promise<void> {
  await openControlled(page, url)
  await page.goto(`${url}/p/${id}-x`)
  await priceOn(page).waitFor()
  await page.evaluate(() => {
    const drawn: Record<string, number> = {}
    Object.assign(window, { drawn })
    const note = () => {
      const cents = document.querySelector<HTMLElement>('[data-testid=product-price]')?.dataset['cents']
      if (cents !== undefined) drawn[cents] ??= Date.now()
    }
    note()
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
}

const drawn = (page: Page) =>
  page.evaluate(() => (window as unknown as { drawn: Record<string, number> }).drawn)

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN
}

test('a price changed by SQL is drawn in every open tab without a reload', async ({
  browser,
  context,
  page,
}) => {
  const [one, two] = await Promise.all(
    shop.urls.map(async (url) => {
      const proxy = new RecordingProxy(url)
      return { proxy, url: await proxy.start() }
    }),
  )
  if (one === undefined || two === undefined) throw new Error('The shop has two processes.')
  const other = await browser.newContext()
  const tabs = [page, await context.newPage(), await other.newPage()]
  // Two tabs of one browser at one process, and another browser at the other.
  const origins = [one.url, one.url, two.url]
  for (const [index, tab] of tabs.entries()) await openProduct(tab, origins[index] ?? one.url, 31)

  // The first is for the connections to be there.
  await setPrice(31, 99_900)
  for (const tab of tabs) await expect(priceOn(tab)).toHaveAttribute('data-cents', '99900')
  const measure = async (changes: number, firstCents: number, when: string) => {
    const latencies: number[] = []
    for (let cents = firstCents; cents < firstCents + changes; cents += 1) {
      const committedAt = await setPrice(31, cents)
      for (const tab of tabs) {
        await expect.poll(async () => (await drawn(tab))[cents], { intervals: [10] }).toBeDefined()
        latencies.push(((await drawn(tab))[cents] ?? Number.NaN) - committedAt)
      }
    }
    const figures = {
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      most: Math.max(...latencies),
    }
    const text = Object.entries(figures).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
    console.log(`commit to tab, ${changes} changes in ${tabs.length} tabs ${when}: ${text.join(', ')}`)
  }
  await measure(10, 10_000, 'that fetch a thousand pictures each')
  for (const tab of tabs) await waitUntilOfflineReady(tab)
  await measure(CHANGES, 20_000, 'at rest')
  await other.close()
  await Promise.all([one.proxy.stop(), two.proxy.stop()])
})

test('a tab that was offline never shows the old price once it is online again', async ({
  context,
  page,
}) => {
  const proxy = new RecordingProxy(shop.urls[0])
  const url = await proxy.start()
  await openProduct(page, url, 32)
  await setPrice(32, 1_000)
  await expect(priceOn(page)).toHaveAttribute('data-cents', '1000')
  const storedPrice = () =>
    page.evaluate(async () => {
      const stored = await fetch('/api/products/32', { cache: 'only-if-cached', mode: 'same-origin' })
      return stored.ok ? ((await stored.json()) as { priceCents: number }).priceCents : undefined
    })
  await expect.poll(storedPrice).toBe(1_000)
  // Something else is open: what is asked for first once the network is back is not this.
  await page.goto(`${url}/cart`)
  // Without a network, and the connection that was open is gone as well.
  await context.setOffline(true)
  proxy.isCut = true
  await setPrice(32, 2_000)
  await page.goto(`${url}/p/32-x`)
  await expect(priceOn(page)).toHaveAttribute('data-cents', '1000')
  await page.goto(`${url}/cart`)
  proxy.isCut = false
  await context.setOffline(false)
  // The worker hears of it a little later than the page.
  const reachesShop = () =>
    page.evaluate(() =>
      fetch('/api/status', { cache: 'no-store' }).then(
        ({ ok }) => ok,
        () => false,
      ),
    )
  await expect.poll(reachesShop).toBe(true)
  await page.goto(`${url}/p/32-x`)
  await priceOn(page).waitFor()
  expect(await priceOn(page).getAttribute('data-cents')).toBe('2000')
  await proxy.stop()
})
