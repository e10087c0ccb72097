import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, signInThroughApi, test } from './test.ts'

test('an asset is immutable', async ({ request, site }) => {
  const html = await (await request.get(site.url)).text()
  const asset = /\/assets\/[\w.-]+\.js/.exec(html)?.[0] ?? 'no script in the page'
  const { 'cache-control': cacheControl, 'set-cookie': cookie } = (
    await request.get(site.url + asset)
  ).headers()
  expect(cacheControl).toBe('public, max-age=31536000, immutable')
  expect(cookie).toBeUndefined()
})

test('a picture is immutable', async ({ request, site }) => {
  const { products } = (await (await request.get(`${site.url}/api/catalog`)).json()) as {
    products: string[][]
  }
  const picture = await request.get(`${site.url}/pictures/${products[0]?.at(-1)}-96.webp`)
  expect(picture.status()).toBe(200)
  expect(picture.headers()['cache-control']).toBe('public, max-age=31536000, immutable')
})

test('a page is validated each time, and answers a match with 304', async ({ request, site }) => {
  const first = await request.get(`${site.url}/`)
  expect(first.headers()['cache-control']).toBe('no-cache')
  const second = await request.get(`${site.url}/`, {
    headers: { 'If-None-Match': first.headers()['etag'] ?? '' },
  })
  expect(second.status()).toBe(304)
  expect(second.headers()['cache-control']).toBe('no-cache')
})

test('public data is fresh for everybody, and belongs to groups', async ({ request, site }) => {
  const headers = (await request.get(`${site.url}/api/products/1`)).headers()
  expect(headers['cache-control']).toBe('public, max-age=60, stale-while-revalidate=60, stale-if-error=86400')
  expect(headers['cdn-cache-control']).toBe('max-age=300, stale-while-revalidate=60, stale-if-error=86400')
  expect(headers['cache-groups']).toContain('"product-1"')
  expect(headers['etag']).toBeDefined()
  expect(headers['thermocline-partition']).toBeUndefined()
})

test('private data is for one user, and secrets are for nobody to keep', async ({ request, site }) => {
  const session = await request.get(`${site.url}/api/session`)
  expect(session.headers()['cache-control']).toBe('private, no-store')
  await signInThroughApi(request, site.url, 'ada')
  const headers = (await request.get(`${site.url}/api/account`)).headers()
  expect(headers['cache-control']).toMatch(/^private, max-age=0/)
  expect(headers['vary']).toContain('Cookie')
  expect(headers['cdn-cache-control']).toBeUndefined()
  expect(headers['thermocline-partition']).toMatch(/^[\w-]{22}$/)
})

test('Cache-Status names the origin, then L1, and L2 in the other process', async ({ request, shop }) => {
  const [one, two] = shop.urls
  let id = 70
  const status = async (url: string) =>
    (await request.get(`${url}/api/products/${id}`)).headers()['cache-status']
  // While the shop has not found its Redis yet, or the machine pauses, L2 is left out: then with the next product.
  await expect
    .poll(async () => {
      id += 1
      return [await status(one), await status(one)].join(' | ')
    })
    .toMatch(/^L2; fwd=uri-miss; stored, L1; fwd=uri-miss; stored \| L1; hit; ttl=\d+$/)
  await expect
    .poll(() => status(two))
    .toMatch(/^(L2; hit; ttl=\d+, L1; fwd=uri-miss; stored|L1; hit; ttl=\d+)$/)
})

test('the README quotes the headers as they are sent', async ({ request, site }) => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```http\n\$ curl -sI http:\/\/127\.0\.0\.1:4173(\S*)\n(.*?)```/gs)]
  expect(blocks).toHaveLength(4)
  await signInThroughApi(request, site.url, 'ada')
  const html = await (await request.get(site.url)).text()
  const asset = /\/assets\/[\w.-]+\.js/.exec(html)?.[0] ?? 'no script in the page'
  for (const [, path = '', quoted = ''] of blocks) {
    const answer = await request.head(site.url + (path === '/assets/…' ? asset : path))
    for (const line of quoted.trim().split('\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/)
      const parts = value.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      expect(answer.headers()[name.toLowerCase()], `${name} of ${path}`).toMatch(
        new RegExp(`^${parts.join('.+')}$`),
      )
    }
  }
})
