import { beforeEach, describe, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'
import { workerState } from './worker-state.ts'

beforeEach(resetIndexedDb)

describe('what is stored', () => {
  const FRESH = { 'Cache-Control': 'max-age=600' }

  it('is not confirmed by a 304 that names other fields for selecting it', async () => {
    const worker = new FakeWorker()
    worker.platform.network = () =>
      new Response('deutsch', { headers: { 'Cache-Control': 'no-cache', ETag: '"1"' } })
    await worker.ask('/a', { headers: { 'X-Lang': 'de' } })
    worker.platform.network = () =>
      new Response(null, { status: 304, headers: { ...FRESH, Vary: 'X-Lang', ETag: '"1"' } })
    expect((await worker.ask('/a', { headers: { 'X-Lang': 'de' } })).body).toBe('deutsch')
    worker.platform.network = () => new Response('francais', { headers: { ...FRESH, Vary: 'X-Lang' } })
    expect((await worker.ask('/a', { headers: { 'X-Lang': 'fr' } })).body).toBe('francais')
  })

  it('goes where its URL leads elsewhere now', async () => {
    const worker = new FakeWorker()
    worker.platform.network = () =>
      new Response('old', { headers: { 'Cache-Control': 'max-age=1, stale-while-revalidate=600' } })
    await worker.ask('/a')
    worker.platform.pass(5_000)
    worker.platform.network = () =>
      Object.defineProperty(new Response('sign in'), 'redirected', { value: true })
    expect((await worker.ask('/a')).body).toBe('old')
    expect((await worker.ask('/a')).body).toBe('sign in')
  })

  it('is one response where there may be one', async () => {
    const worker = new FakeWorker(undefined, { maxEntries: 1 })
    worker.platform.network = ({ url }) => new Response(url, { headers: FRESH })
    await worker.ask('/a')
    await worker.ask('/b')
    expect((await worker.ask('/b')).did).toContain('hit')
  })

  it('goes whole with `clear()`, and what is known of it, though another cache has a part of the same user', async () => {
    const platform = new FakePlatform()
    const [one, other] = [
      new FakeWorker(platform, { cacheName: 'one' }),
      new FakeWorker(platform, { cacheName: 'other' }),
    ]
    platform.network = () =>
      new Response('of ada', {
        headers: { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': 'ada' },
      })
    for (const worker of [one, other]) for (const path of ['/a', '/b']) await worker.ask(path)
    const { partitions } = workerState(platform)
    await partitions.hold(undefined)
    platform.network = () => new Response('ok')
    await one.ask('/a', { method: 'PUT', body: 'x' })
    await one.cache.clear()
    await partitions.hold('ada')
    platform.network = () => new Response('anew', { headers: { 'Cache-Control': 'no-store' } })
    expect((await one.ask('/b')).body).toBe('anew')
    expect((await other.ask('/b')).body).toBe('of ada')
  })
})
