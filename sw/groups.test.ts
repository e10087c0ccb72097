import { beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

/** Pages in the groups that their paths name, and writes that invalidate the groups that theirs name. */
function shop(): FakeWorker {
  const worker = new FakeWorker()
  worker.platform.network = ({ method, url }) => {
    const groups = new URL(url).pathname
      .slice(1)
      .split('/')
      .map((name) => `"${name}"`)
      .join(', ')
    return method === 'GET'
      ? new Response(url, { headers: { 'Cache-Control': 'max-age=600', 'Cache-Groups': groups } })
      : new Response(null, { status: 500, headers: { 'Cache-Group-Invalidation': groups } })
  }
  return worker
}

const isHit = async (worker: FakeWorker, path: string) => (await worker.ask(path)).did?.includes('hit')

describe('Cache-Group-Invalidation (RFC 9875 §3)', () => {
  it('drops what is in one of the groups, whatever the status, and nothing else', async () => {
    const worker = shop()
    for (const path of ['/shoes', '/shoes/sale', '/hats']) await worker.ask(path)
    await worker.ask('/shoes/boots', { method: 'POST' })
    expect(await isHit(worker, '/hats')).toBe(true)
    expect(await isHit(worker, '/shoes')).toBe(false)
    expect(await isHit(worker, '/shoes/sale')).toBe(false)
  })

  it('counts on unsafe methods only', async () => {
    const worker = shop()
    await worker.ask('/shoes')
    worker.platform.network = () =>
      new Response('', { headers: { 'Cache-Group-Invalidation': '"shoes"', 'Cache-Control': 'no-store' } })
    await worker.ask('/other')
    expect(await isHit(worker, '/shoes')).toBe(true)
  })

  it('drops what another worker of the origin stored', async () => {
    const worker = shop()
    await worker.ask('/shoes')
    const restarted = new FakeWorker(new FakePlatform(worker.platform.cacheStorage))
    await restarted.cache.invalidateGroups(['shoes'])
    expect(restarted.platform.cacheStorage.texts()).toEqual([])
    expect(await isHit(restarted, '/shoes')).toBe(false)
  })

  it('keeps from storage what was under way, and nobody joins it any more', async () => {
    const worker = shop()
    const answer = worker.platform.network
    const waiting: (() => void)[] = []
    worker.platform.network = async (request) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return answer(request)
    }
    const before = worker.start('/shoes')
    await waitUntil(() => waiting.length === 1, 'the request to be under way')
    await worker.cache.invalidateGroups(['shoes'])
    const after = worker.start('/shoes')
    waiting[0]?.()
    await (await before.response).text()
    await before.ended()
    await waitUntil(() => waiting.length === 2, 'the request to be under way')
    waiting[1]?.()
    const answered = await after.response
    expect(answered.headers.get('cache-status')).toBe('SW; fwd=uri-miss; stored')
    await answered.text()
    await after.ended()
    worker.platform.network = answer
    expect(await isHit(worker, '/shoes')).toBe(true)
    expect(worker.visits('/shoes')).toBe(2)
  })

  it('does not let a validation bring back what was dropped meanwhile', async () => {
    const worker = shop()
    await worker.ask('/shoes')
    worker.platform.pass(601_000)
    let arrive = (): void => {}
    worker.platform.network = async () => {
      await new Promise<void>((resolve) => (arrive = resolve))
      return new Response(null, { status: 304, headers: { 'Cache-Control': 'max-age=600' } })
    }
    const validating = worker.start('/shoes')
    await waitUntil(() => worker.visits('/shoes') === 2, 'the request to be under way')
    await worker.cache.invalidateGroups(['shoes'])
    arrive()
    await (await validating.response).text()
    await validating.ended()
    worker.platform.network = () => new Response('new')
    expect((await worker.ask('/shoes')).body).toBe('new')
  })
})
