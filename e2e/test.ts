import { type APIRequestContext, type Page, test as base } from '@playwright/test'
import { RecordingProxy } from './recording-proxy.ts'
import { Shop } from './shop.ts'

/** A browser's way to the shop: through a proxy on an origin of its own, so that no test finds what another one stored. */
export interface Site {
  readonly url: string
  readonly proxy: RecordingProxy
}

interface TestFixtures {
  readonly site: Site
}

interface WorkerFixtures {
  readonly shop: Shop
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  shop: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
    async ({}, use) => {
      const shop = await Shop.open()
      await use(shop)
      await shop.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  site: async ({ shop }, use) => {
    const proxy = new RecordingProxy(shop.urls[0])
    const url = await proxy.start()
    await use({ url, proxy })
    await proxy.stop()
  },
})

export { expect } from '@playwright/test'

/** Opens a path and waits until the service worker answers for the page. */
export async function openControlled(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

/** Waits until the page has fetched what it needs to be browsed without a network: over a thousand pictures, among others. */
export async function waitUntilOfflineReady(page: Page): Promise<void> {
  test.slow()
  await page.locator('html[data-offline="ready"]').waitFor({ state: 'attached', timeout: 400_000 })
}

export async function signIn(
  page: Page,
  site: Site,
  name: 'ada' | 'grace' | 'linus' | 'admin',
): Promise<void> {
  await page.goto(`${site.url}/login`)
  await page.getByTestId('login-email').fill(`${name}@example.com`)
  await page.getByTestId('login-password').fill(name)
  await page.getByTestId('login-submit').click()
  await page.getByTestId('logout').first().waitFor()
}

/** Signs in without a page; gives the header that unsafe requests need from then on. */
export async function signInThroughApi(
  request: APIRequestContext,
  url: string,
  name: 'ada' | 'admin',
): Promise<Record<string, string>> {
  const token = async () => {
    const session = (await (await request.get(`${url}/api/session`)).json()) as { csrf: string }
    return { 'x-csrf-token': session.csrf }
  }
  const login = await request.post(`${url}/api/login`, {
    headers: await token(),
    data: { email: `${name}@example.com`, password: name },
  })
  if (!login.ok()) throw new Error(`Signing in as ${name} was answered with ${login.status()}.`)
  return token()
}

/** Changes a product as the administrator, through the HTTP interface of one server process. */
export async function changePrice(
  request: APIRequestContext,
  url: string,
  productId: number,
  priceCents: number,
): Promise<void> {
  const headers = await signInThroughApi(request, url, 'admin')
  const answer = await request.patch(`${url}/api/admin/products/${productId}`, {
    headers,
    data: { priceCents },
  })
  if (!answer.ok()) throw new Error(`Changing the price was answered with ${answer.status()}.`)
}
