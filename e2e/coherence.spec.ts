import { changePrice, expect, openControlled, test } from './test.ts'

test('a price that the administrator changes is seen by another browser after a reload', async ({
  browser,
  page,
  request,
  shop,
  site,
}) => {
  await changePrice(request, shop.urls[0], 9, 1_000)
  await openControlled(page, `${site.url}/p/9-x`)
  const price = page.getByTestId('product-price').first()
  await expect(price).toContainText('10.00')

  const office = await browser.newContext()
  const admin = await office.newPage()
  await admin.goto(`${shop.urls[0]}/login`)
  await admin.getByTestId('login-email').fill('admin@example.com')
  await admin.getByTestId('login-password').fill('admin')
  await admin.getByTestId('login-submit').click()
  await admin.getByTestId('logout').first().waitFor()
  await admin.goto(`${shop.urls[0]}/admin?q=${encodeURIComponent(await page.locator('h1').innerText())}`)
  const row = admin.getByTestId('admin-row').first()
  await row.getByTestId('admin-price').fill('25.50')
  const saved = admin.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.ok())
  await row.getByTestId('admin-save').click()
  await saved
  await office.close()

  await page.reload()
  await expect(price).toContainText('25.50')
})

test('and by the other server process', async ({ request, shop }) => {
  const [one, two] = shop.urls
  const price = async (url: string) =>
    ((await (await request.get(`${url}/api/products/10`)).json()) as { priceCents: number }).priceCents
  await changePrice(request, one, 10, 1_234)
  await expect.poll(() => price(two)).toBe(1_234)
  expect(await price(one)).toBe(1_234)
  await changePrice(request, two, 10, 4_321)
  await expect.poll(() => price(one)).toBe(4_321)
})

test('the shop answers while Redis is away, and uses it again when it is back', async ({
  page,
  request,
  shop,
  site,
}) => {
  await openControlled(page, site.url)
  await shop.redis.kill()
  try {
    for (const id of [11, 12, 13]) {
      const answer = await request.get(`${shop.urls[0]}/api/products/${id}`)
      expect(answer.status()).toBe(200)
    }
    await page.goto(`${site.url}/p/14-x`)
    await expect(page.getByTestId('product-price').first()).toBeVisible()
    // What is changed meanwhile still reaches the other process, once the two can talk again.
    await changePrice(request, shop.urls[0], 15, 777)
  } finally {
    await shop.redis.restart()
  }
  const read = async (url: string, id: number) => {
    const answer = await request.get(`${url}/api/products/${id}`)
    return { status: answer.headers()['cache-status'], ...((await answer.json()) as { priceCents: number }) }
  }
  await expect.poll(async () => (await read(shop.urls[1], 15)).priceCents).toBe(777)
  let id = 100
  await expect
    .poll(async () => {
      id += 1
      return (await read(shop.urls[0], id)).status
    })
    .toMatch(/^L2; fwd=\S+; stored/)
})
