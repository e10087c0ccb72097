import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import { expireAll } from './expire-all.ts'
import { TestWorker } from './test-worker.ts'

const says = (headers: Record<string, string>) => () => new Response('hello', { headers })

/** Each has a database of its own. */
let count = 0
const cacheName = () => `test-${(count += 1)}`

it('answers from the store for as long as the headers say', async () => {
  const network = says({ 'Cache-Control': 'max-age=60' })
  const worker = new TestWorker({ cacheName: cacheName(), network })
  expect(await worker.ask('/a')).toMatchObject({ status: 200, body: 'hello', layer: 'origin' })
  worker.pass(59_000)
  const again = await worker.ask('/a')
  expect([again.layer, again.headers.get('age')]).toEqual(['SW', '59'])
  worker.pass(1_000)
  expect((await worker.ask('/a')).layer).toBe('origin')
  expect(worker.platform.requests.map(({ url }) => url)).toEqual(Array(2).fill('https://app.example/a'))
})

it('shows what a page is given while the network is away', async () => {
  const worker = new TestWorker({
    cacheName: cacheName(),
    network: says({ 'Cache-Control': 'max-age=60, stale-if-error=600' }),
  })
  await worker.ask('/a')
  worker.platform.network = () => {
    throw new TypeError('Failed to fetch')
  }
  worker.pass(100_000)
  expect((await worker.ask('/a')).layer).toBe('SW')
  worker.pass(600_000)
  expect((await worker.ask('/a')).status).toBe(504)
})

it('keeps users apart', async () => {
  const worker = new TestWorker({
    cacheName: cacheName(),
    network: says({ 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': 'ada' }),
  })
  await worker.ask('/me')
  expect((await worker.ask('/me')).layer).toBe('SW')
  await worker.setPartition('bob')
  worker.platform.network = says({ 'Cache-Control': 'no-store' })
  expect((await worker.ask('/me')).layer).toBe('origin')
})

it('drops everything, and refuses a wrong limit', async () => {
  const worker = new TestWorker({ cacheName: cacheName(), network: says({ 'Cache-Control': 'max-age=60' }) })
  await worker.ask('/a')
  await worker.clear()
  expect((await worker.ask('/a')).layer).toBe('origin')
  expect(() => new TestWorker({ maxBytes: 0 })).toThrow('`maxBytes` is 0.')
})

it('finds what is a user’s own beside what all share', async () => {
  const worker = new TestWorker({
    network: () => new Response('for all', { headers: { 'Cache-Control': 'max-age=1' } }),
  })
  await worker.ask('/greeting')
  worker.pass(5_000)
  await worker.setPartition('ada')
  worker.platform.network = () =>
    new Response('hello ada', { headers: { 'Cache-Control': 'private, max-age=60' } })
  await worker.ask('/greeting')
  expect(await worker.ask('/greeting')).toMatchObject({ body: 'hello ada', layer: 'SW' })
})

it('refuses an option that there is not', () => {
  expect(() => new TestWorker({ netwrk: () => new Response() } as never)).toThrowError(
    expect.objectContaining({
      code: 'option-invalid',
      message: expect.stringContaining('has no option `netwrk`. Did you mean `network`?') as string,
    }),
  )
})

it.each([{ byMs: '1m' }, { byMs: 0 }, { by: 5 }])('expireAll refuses %j', async (options) => {
  const page = { evaluate: () => Promise.reject(new Error('The page was asked.')) }
  await expect(expireAll(page as never, options as never)).rejects.toMatchObject({ code: 'option-invalid' })
})
