import { beforeEach, expect, it, vi } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

/** More than fit into a memory that is shared by a page's files and the paths of a shop. */
const MANY = 600

function site(field?: string): FakeWorker {
  const worker = new FakeWorker()
  worker.platform.network = () =>
    new Response('a', {
      headers: {
        'Cache-Control': 'max-age=600',
        ...(field === undefined ? {} : { 'No-Vary-Search': field }),
      },
    })
  return worker
}

async function askAll(worker: FakeWorker, paths: readonly string[]): Promise<void> {
  for (const path of paths) await worker.ask(path)
}

const paths = Array.from({ length: MANY }, (_, n) => `/${n}`)

it('answers what it has answered before without asking IndexedDB, however many other paths there are', async () => {
  const worker = site()
  await askAll(worker, paths)
  const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction')
  await askAll(worker, paths)
  expect(transactions.mock.calls).toEqual([])
})

it('reads the rules of all paths once in the life of a worker', async () => {
  const { platform } = site()
  await askAll(new FakeWorker(platform), paths.slice(0, 20))
  const gets = vi.spyOn(IDBObjectStore.prototype, 'getAll')
  await askAll(new FakeWorker(new FakePlatform(platform.cacheStorage)), paths.slice(0, 20))
  expect(gets).toHaveBeenCalledTimes(1)
})

it('forgets the rules of all paths once there are a thousand, and what was stored by them is a miss', async () => {
  const worker = site('params=("utm")')
  await askAll(
    worker,
    Array.from({ length: 1_000 }, (_, n) => `/${n}?utm=a`),
  )
  expect((await worker.ask('/999?utm=b')).did).toBe('SW; hit; ttl=600')
  await worker.ask('/one-more?utm=a')
  expect((await worker.ask('/one-more?utm=b')).did).toBe('SW; hit; ttl=600')
  const restarted = new FakeWorker(new FakePlatform(worker.platform.cacheStorage))
  restarted.platform.network = worker.platform.network
  for (const one of [worker, restarted]) {
    expect((await one.ask('/999?utm=c')).did).toMatch(/fwd=uri-miss/)
    await one.ask('/999?utm=c', { method: 'POST' })
  }
})
