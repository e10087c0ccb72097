import { beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

function site(field: string | undefined): FakeWorker {
  const worker = new FakeWorker()
  say(worker, field)
  return worker
}

function say(worker: FakeWorker, field: string | undefined): void {
  worker.platform.network = ({ url }) =>
    new Response(new URL(url).search, {
      headers: {
        'Cache-Control': 'max-age=600',
        ...(field === undefined ? {} : { 'No-Vary-Search': field }),
      },
    })
}

describe('No-Vary-Search', () => {
  it.each([
    ['params=("utm")', '/p?id=1&utm=a', '/p?utm=b&id=1', true],
    ['params=("utm")', '/p?id=1&utm=a', '/p?id=2&utm=a', false],
    ['key-order', '/p?a=1&b=2', '/p?b=2&a=1', true],
    ['key-order', '/p?a=1&a=2', '/p?a=2&a=1', false],
    ['except=("id")', '/p?id=1&x=1', '/p?id=1', true],
    ['params=("utm")', '/p?utm=a', '/p', true],
    ['params=("utm")', '/p?utm=a', '/q?utm=a', false],
    ['params=1', '/p?a', '/p?b', false],
    [undefined, '/p?a', '/p?b', false],
  ])('%s: %s answers %s: %s', async (field, first, second, isHit) => {
    const worker = site(field)
    await worker.ask(first)
    const { did } = await worker.ask(second)
    expect(did?.includes('hit')).toBe(isHit)
  })

  it('is known to a worker that starts anew', async () => {
    const worker = site('params=("utm")')
    await worker.ask('/p?utm=a')
    const restarted = new FakeWorker(new FakePlatform(worker.platform.cacheStorage))
    expect((await restarted.ask('/p?utm=b')).did).toBe('SW; hit; ttl=600')
  })

  it('is what the newest response of the path says; what an earlier one said does not come back', async () => {
    const worker = site('params=("utm")')
    await worker.ask('/p?utm=a')
    say(worker, undefined)
    await worker.ask('/p?utm=a&x', { cache: 'reload' })
    expect((await worker.ask('/p?utm=b')).did).toBe('SW; fwd=uri-miss; stored')
    say(worker, 'params=("utm")')
    await worker.ask('/p?y', { cache: 'reload' })
    expect((await worker.ask('/p?utm=c')).did).toBe('SW; fwd=uri-miss; stored')
  })

  it('lets a write drop what is equivalent', async () => {
    const worker = site('params=("utm")')
    await worker.ask('/p?id=1&utm=a')
    await worker.ask('/p?id=1', { method: 'POST' })
    expect((await worker.ask('/p?id=1&utm=a')).did).toBe('SW; fwd=uri-miss; stored')
  })

  it('keeps from storage what was under way to an equivalent URL', async () => {
    const worker = site('params=("utm")')
    let arrive = (): void => {}
    const late = worker.platform.network
    worker.platform.network = async (request) => {
      if (request.method === 'GET') await new Promise<void>((resolve) => (arrive = resolve))
      return late(request)
    }
    const reading = worker.start('/p?utm=a')
    await waitUntil(() => worker.visits('/p') === 1, 'the request to be under way')
    await worker.ask('/p', { method: 'POST' })
    arrive()
    await (await reading.response).text()
    await reading.ended()
    expect(worker.platform.cacheStorage.texts()).toEqual([])
  })
})
