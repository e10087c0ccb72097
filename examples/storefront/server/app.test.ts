import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { createTieredCache } from 'thermocline/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from './app.ts'
import { type PrivateRedis, startPrivateRedis } from './launcher/private-redis.ts'
import { policies } from './policies.ts'
import { TestClient } from './test-support/test-client.ts'
import { type TestDatabase, startTestDatabase } from './test-support/start-test-database.ts'

let database: TestDatabase
let redis: PrivateRedis | undefined
const shops: { url: string; close: () => Promise<void> }[] = []

beforeAll(async () => {
  ;[database, redis] = await Promise.all([startTestDatabase(), startPrivateRedis()])
  shops.push(await openShop(1), await openShop(2))
})

afterAll(async () => {
  await Promise.all(shops.map((shop) => shop.close()))
  await redis?.close()
  await database.close()
})

/** One server with connections and caches of its own, as another process would have. */
async function openShop(number: number): Promise<{ url: string; close: () => Promise<void> }> {
  const client = redis && new Redis(redis.url)
  // A pause of this machine must not pass for an outage of Redis, nor for a silence of the log.
  const lasting = { l2TimeoutMs: '30s', maxLagMs: '1h' } as const
  const cache = createTieredCache({
    policies,
    namespace: 'shop',
    ...lasting,
    ...(client ? { redis: client } : {}),
  })
  expect(await cache.ready(60_000)).toBe(true)
  const description = { number, instances: 2, database: 'a database', redis: 'a redis', version: '0' }
  const server: Server = createServer(createApp({ pool: database.connect(), cache, description }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await cache.close()
      client?.disconnect()
    },
  }
}

const visitor = (shop = 0): TestClient => new TestClient(shops[shop]?.url ?? '')

describe('browsing', () => {
  it('finds what every word of a search begins a word of, best names first', async () => {
    const { body } = await visitor().get('/api/products?q=Cat&category=animals')
    expect(body.items[0].name).toBe('Cat')
    expect(body.items.map(({ name }: { name: string }) => name)).toContain('Black Cat')
    expect((await visitor().get('/api/products?q=maté')).body.items[0].name).toBe('Maté Gourd')
    expect((await visitor().get('/api/products?q=%25')).body.total).toBeGreaterThan(1_000)
  })

  it('pages and sorts', async () => {
    const first = (await visitor().get('/api/products?sort=price-asc')).body
    const second = (await visitor().get('/api/products?sort=price-asc&page=2')).body
    expect(first).toMatchObject({ page: 1, pageSize: 24 })
    const prices = [...first.items, ...second.items].map(
      ({ priceCents }: { priceCents: number }) => priceCents,
    )
    expect(prices).toHaveLength(48)
    expect(prices).toEqual(prices.toSorted((a, b) => a - b))
    const beyond = (await visitor().get('/api/products?page=999')).body
    expect(beyond).toMatchObject({ items: [], total: first.total })
  })

  it('hands out the whole shop compactly', async () => {
    const { body } = await visitor().get('/api/catalog')
    expect(body.products.length).toBeGreaterThanOrEqual(1_000)
    expect(body.products[0]).toHaveLength(6)
    expect(body.categories).toEqual((await visitor().get('/api/categories')).body)
  })

  it('sets no cookie and tells caches what to do', async () => {
    const { headers } = await visitor().get('/api/products/11')
    expect(headers.get('set-cookie')).toBeNull()
    expect(headers.get('cache-control')).toMatch(/^public, max-age=60/)
    expect(headers.get('cache-groups')).toBe('"product-11", "category-animals"')
    expect(headers.get('etag')).not.toBeNull()
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it.each([
    ['/api/products/0', 404],
    ['/api/products/1e3', 404],
    ['/api/products/999999', 404],
    ['/api/products?page=0', 400],
    ['/api/products?sort=random', 400],
    ['/api/products?category=A%27--', 400],
    ['/api/nothing', 404],
  ])('answers %s with %i and a reason, kept by nobody', async (path, status) => {
    const answer = await visitor().get(path)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ error: expect.any(String), message: expect.any(String) })
    expect(answer.headers.get('cache-control')).toContain('no-store')
  })
})

describe('sessions', () => {
  it('shows an account to the one who is signed in and to nobody else', async () => {
    const ada = visitor()
    expect((await ada.get('/api/account')).status).toBe(401)
    await ada.signIn('ada')
    const { body, headers } = await ada.get('/api/account')
    expect(body.user).toEqual({ name: 'Ada Lovelace', email: 'ada@example.com', role: 'customer' })
    expect(body.orders.length).toBeGreaterThanOrEqual(2)
    expect(headers.get('cache-control')).toContain('private')
    await ada.send('POST', '/api/logout')
    expect((await ada.get('/api/account')).status).toBe(401)
  })

  it('gives a new session id at login, ends the old one and keeps the cart', async () => {
    const grace = visitor()
    await grace.get('/api/session')
    await grace.send('PUT', '/api/cart', { lines: [{ productId: 11, quantity: 2 }] })
    const before = grace.cookie
    await grace.send('POST', '/api/login', { email: 'Grace@example.com', password: 'grace' })
    expect(grace.cookie).not.toBe(before)
    expect((await grace.get('/api/cart')).body.lines).toMatchObject([{ product: { id: 11 }, quantity: 2 }])
    const intruder = visitor()
    intruder.cookie = before
    expect((await intruder.get('/api/cart')).body.lines).toEqual([])
  })

  it('refuses unsafe requests without the token, or from another site', async () => {
    const ada = visitor()
    await ada.signIn('ada')
    const body = { lines: [] }
    expect((await ada.send('PUT', '/api/cart', body)).status).toBe(200)
    expect((await ada.send('PUT', '/api/cart', body, { 'x-csrf-token': 'guess' })).body.error).toBe('csrf')
    expect((await ada.send('PUT', '/api/cart', body, { origin: 'https://elsewhere.example' })).status).toBe(
      403,
    )
    expect((await ada.send('PUT', '/api/cart', body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })

  it('asks for patience after five wrong passwords', async () => {
    const guesser = visitor()
    await guesser.get('/api/session')
    const guess = () => guesser.send('POST', '/api/login', { email: 'linus@example.com', password: 'x' })
    for (let attempt = 0; attempt < 5; attempt++) expect((await guess()).status).toBe(401)
    const refused = await guess()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('orders', () => {
  it('orders the cart once for one key and empties it', async () => {
    const ada = visitor()
    await ada.signIn('ada')
    await ada.send('PUT', '/api/cart', { lines: [{ productId: 12, quantity: 1 }] })
    const headers = { 'idempotency-key': 'order-the-cart' }
    const first = await ada.send('POST', '/api/orders', {}, headers)
    const again = await ada.send('POST', '/api/orders', {}, headers)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body.order).toEqual(first.body.order)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect((await ada.get('/api/cart')).body.lines).toEqual([])
    expect((await ada.get('/api/account')).body.orders[0]).toEqual(first.body.order)
  })

  it('says how many are left when there are too few', async () => {
    const ada = visitor()
    await ada.signIn('ada')
    const { rows } = await database
      .connect()
      .query('UPDATE storefront.products SET stock = 1 WHERE id = 14 RETURNING stock')
    expect(rows).toEqual([{ stock: 1 }])
    const answer = await ada.send(
      'POST',
      '/api/orders',
      { lines: [{ productId: 14, quantity: 2 }] },
      { 'idempotency-key': 'too-many-of-them' },
    )
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({ error: 'sold-out', productId: 14, available: 1 })
  })
})

describe('administration', () => {
  it('is closed to customers', async () => {
    const ada = visitor()
    await ada.signIn('ada')
    expect((await ada.get('/api/admin/products')).body.error).toBe('admin-only')
    expect((await ada.send('PATCH', '/api/admin/products/11', { stock: 1 })).status).toBe(403)
  })

  it('shows a changed price at once, in listings and in other processes too', async ({ skip }) => {
    if (redis === undefined) skip('redis-server is not installed')
    const reader = visitor(1)
    await reader.get('/api/products/21')
    expect((await reader.get('/api/products/21')).headers.get('cache-status')).toContain('L1; hit')
    await reader.get('/api/products?category=animals')

    const admin = visitor()
    await admin.signIn('admin')
    const changed = await admin.send('PATCH', '/api/admin/products/21', { priceCents: 777, stock: 4 })
    expect(changed.body).toMatchObject({ id: 21, priceCents: 777, stock: 'low', stockCount: 4 })

    // The process that was told of it knows at once; the other one as soon as the log has reached it.
    expect((await visitor().get('/api/products/21')).body.priceCents).toBe(777)
    await expect.poll(async () => (await reader.get('/api/products/21')).body.priceCents).toBe(777)
    const { items } = (await reader.get('/api/products?category=animals')).body
    const shown = items.find(({ id }: { id: number }) => id === 21)
    expect(shown === undefined || shown.priceCents === 777).toBe(true)
  })
})
