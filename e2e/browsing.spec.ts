import type { OutgoingHttpHeaders } from 'node:http'
import { expireAll } from 'thermocline/sw/testing'
import { changePrice, expect, openControlled, test, waitUntilOfflineReady } from './test.ts'

/** The same site with another freshness lifetime: one that a test can outlive, or one that no test outlives. */
const livingFor =
  (prefix: string, seconds: number) =>
  (path: string, headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
    path.startsWith(prefix)
      ? {
          ...headers,
          'cache-control': String(headers['cache-control']).replace('max-age=60', `max-age=${seconds}`),
        }
      : headers

test('a second visit takes what is fresh from the worker, without a request', async ({ page, site }) => {
  site.proxy.rewrite = livingFor('/api/', 6_000)
  await openControlled(page, `${site.url}/p/5-x`)
  await waitUntilOfflineReady(page)
  site.proxy.exchanges.length = 0
  await page.goto(`${site.url}/p/5-x`)
  await expect(page.getByTestId('product-price').first()).toBeVisible()
  await expect(page.locator('main img').first()).toHaveJSProperty('complete', true)
  expect(site.proxy.paths('/api/products', '/api/categories', '/assets', '/pictures')).toEqual([])
})

test('a page is revalidated with its ETag and costs a 304', async ({ page, site }) => {
  await openControlled(page, site.url)
  await page.reload()
  await page.waitForLoadState('networkidle')
  site.proxy.exchanges.length = 0
  await page.reload()
  await page.getByTestId('product-card').first().waitFor()
  // Others may ask for it as well; the page asks with what is stored.
  const navigation = site.proxy.exchanges.find(
    ({ path, requestHeaders }) => path === '/' && requestHeaders['if-none-match'] !== undefined,
  )
  expect(navigation).toMatchObject({ status: 304, bodyBytes: 0 })
})

test('inside stale-while-revalidate the old price shows at once, and the new one next time', async ({
  page,
  request,
  shop,
  site,
}) => {
  // Nobody tells this browser that a price was changed.
  site.proxy.hidden = ['/invalidations']
  site.proxy.rewrite = livingFor('/api/products/', 1)
  await changePrice(request, shop.urls[0], 6, 1_111)
  await openControlled(page, site.url)
  await page.goto(`${site.url}/p/6-x`)
  const price = page.getByTestId('product-price').first()
  await expect(price).toContainText('11.11')
  await changePrice(request, shop.urls[0], 6, 2_222)

  await page.goto(site.url)
  await expireAll(page, { byMs: 2_000 })
  site.proxy.exchanges.length = 0
  await page.goto(`${site.url}/p/6-x`)
  await expect(price).toContainText('11.11')
  await expect.poll(() => site.proxy.paths('/api/products/6')).toHaveLength(1)
  // Once the new one is stored, which is behind the answer.
  await expect(async () => {
    await page.goto(`${site.url}/p/6-x`)
    await expect(price).toContainText('22.22', { timeout: 2_000 })
  }).toPass()
})

test('the whole shop can be browsed offline after one visit', async ({ page, site }) => {
  await openControlled(page, site.url)
  await waitUntilOfflineReady(page)
  site.proxy.isCut = true

  await page.reload()
  await expect(page.getByTestId('category-link').first()).toBeVisible()
  const links = await page
    .getByTestId('category-link')
    .evaluateAll((all) => [...new Set(all.map((link) => link.getAttribute('href') ?? ''))])
  expect(links.length).toBeGreaterThanOrEqual(8)
  for (const link of links) {
    await page.goto(site.url + link)
    await expect(page.getByTestId('product-card').first()).toBeVisible()
  }
  // A product that was never opened, with its picture.
  await page.getByTestId('product-card').last().click()
  await expect(page.getByTestId('product-price').first()).toBeVisible()
  const picture = page.locator('main img').first()
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0)

  await page.goto(`${site.url}/search?q=apple`)
  await expect(page.getByTestId('product-card').first()).toBeVisible()
  expect(site.proxy.isCut).toBe(true)
})

test('offline, a page outside the shop is the offline page and not an error of the browser', async ({
  page,
  site,
}) => {
  await openControlled(page, site.url)
  await waitUntilOfflineReady(page)
  site.proxy.isCut = true
  const answer = await page.goto(`${site.url}/api/unknown`)
  expect(answer?.fromServiceWorker()).toBe(true)
  await expect(page.locator('h1')).toContainText(/offline/i)
})

test('the panel names the layer that answered', async ({ page, site }) => {
  await openControlled(page, `${site.url}/p/8-x`)
  await page.goto(`${site.url}/p/8-x`)
  await page.getByTestId('open-panel').first().click()
  const panel = page.locator('thermocline-panel')
  await expect(panel).toBeVisible()
  await expect(panel.getByText('/api/products/8').first()).toBeVisible()
  await expect(panel.getByText(/service worker|SW/i).first()).toBeVisible()
})
