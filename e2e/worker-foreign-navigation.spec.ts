import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ask, openControlled } from './worker-page.ts'
import { expect, test as base } from './worker-test.ts'

/** Another site, with a link to wherever its query says. */
const test = base.extend<{ foreign: (target: string) => string }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that one needs off this pattern.
  foreign: async ({}, use) => {
    const server: Server = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://localhost')
      response
        .writeHead(200, {
          'Content-Type': 'text/html',
          'Referrer-Policy': searchParams.get('policy') ?? 'strict-origin-when-cross-origin',
        })
        .end(`<a href="${searchParams.get('to')}">on</a>`)
    })
    // The worker's origin is 127.0.0.1: another site.
    server.listen(0, 'localhost')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await use((query) => `http://localhost:${port}/?${query}`)
    server.closeAllConnections()
    server.close()
  },
})

for (const policy of ['strict-origin-when-cross-origin', 'no-referrer']) {
  test(`a navigation from another site stays one, with the referrer policy ${policy}`, async ({
    foreign,
    origin,
    page,
  }) => {
    const seen: { cookie: string | undefined; site: unknown }[] = []
    origin.says('/login', 'ok', {
      'Cache-Control': 'no-store',
      'Set-Cookie': 'session=secret; Path=/; SameSite=Strict; HttpOnly',
    })
    origin.route('/account', ({ headers }, response) => {
      seen.push({ cookie: headers.cookie, site: headers['sec-fetch-site'] })
      response
        .writeHead(200, { 'Content-Type': 'text/html', 'Cache-Control': 'no-cache' })
        .end('<a href="/account">again</a>')
    })
    await ask(page, '/login', { method: 'POST' })
    await page.goto(foreign(`policy=${policy}&to=${origin.url}/account`))
    await page.getByText('on').click()
    await page.getByText('again').waitFor()
    expect(seen).toEqual([{ cookie: undefined, site: 'cross-site' }])
    await page.getByText('again').click()
    await expect.poll(() => seen).toHaveLength(2)
    expect(seen[1]).toEqual({ cookie: 'session=secret', site: 'same-origin' })
  })
}

test('what the browser’s HTTP cache may have answered to it is not stored', async ({ origin, page }) => {
  const html = (body: string, control: string) =>
    [body, { 'Content-Type': 'text/html', 'Cache-Control': control }] as const
  origin.says('/for-a-while', ...html('for a while', 'max-age=600'))
  origin.says('/asked-for', ...html('asked for', 'no-cache, stale-if-error=600'))
  // As when it is typed, so without a referrer.
  for (const path of ['/for-a-while', '/asked-for']) await page.goto(origin.url + path)
  await openControlled(page, origin.url)
  await expect
    .poll(() =>
      page.evaluate(async () =>
        (await caches.open('thermocline')).keys().then((all) => all.map(({ url }) => new URL(url).pathname)),
      ),
    )
    .toContain('/asked-for')
  expect(
    await page.evaluate(async () =>
      (await caches.open('thermocline')).match('/for-a-while').then((found) => found === undefined),
    ),
  ).toBe(true)
})

test('a URL with a name and a password in it is left to the browser', async ({ origin, page }) => {
  origin.says('/secret', 'let in', { 'Content-Type': 'text/html', 'Cache-Control': 'max-age=600' })
  const url = new URL('/secret', origin.url)
  url.username = 'ada'
  url.password = 'secret'
  await page.goto(url.href)
  await expect(page.locator('body')).toHaveText('let in')
})
