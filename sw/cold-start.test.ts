import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakeCacheStorage, FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)
afterEach(() => {
  vi.restoreAllMocks()
})

/** Storage that counts what is looked up in it. */
class CountingStorage extends FakeCacheStorage {
  readonly lookedUp: string[] = []

  override async match(
    ...[url, options]: Parameters<FakeCacheStorage['match']>
  ): Promise<Response | undefined> {
    this.lookedUp.push(new URL(url).pathname)
    return await super.match(url, options)
  }
}

/** Storage in which a worker has left `/a`. */
async function stored(): Promise<CountingStorage> {
  const storage = new CountingStorage()
  const platform = new FakePlatform(storage)
  platform.network = () => new Response('a', { headers: { 'Cache-Control': 'max-age=60' } })
  await new FakeWorker(platform).ask('/a')
  storage.lookedUp.length = 0
  return storage
}

/** A worker that finds `/a`, and whose IndexedDB takes its time. */
async function restarted() {
  const storage = await stored()
  const later = new FakePlatform(storage)
  const { openDatabase } = later
  let open: (() => void) | undefined
  const slowly = async (...parameters: Parameters<typeof openDatabase>) => {
    await new Promise<void>((resolve) => {
      open = resolve
    })
    return await openDatabase(...parameters)
  }
  const worker = new FakeWorker(Object.assign(later, { openDatabase: slowly }))
  const openNow = () => {
    open?.()
    return open !== undefined
  }
  return { worker, storage, open: openNow }
}

it('looks for the body while it is still reading whether there is one', async () => {
  const { open, storage, worker } = await restarted()
  const answer = worker.ask('/a')
  await waitUntil(() => storage.lookedUp.includes('/a'), 'the body being looked for')
  open()
  expect(await answer).toMatchObject({ body: 'a', did: 'SW; hit; ttl=60' })
  expect(storage.lookedUp).toEqual(['/a'])
})

it('does so for each URL once: what is known to be absent costs no look into Cache Storage', async () => {
  const { open, storage, worker } = await restarted()
  const answer = worker.ask('/a')
  await waitUntil(() => storage.lookedUp.includes('/a'), 'the body being looked for')
  open()
  await answer
  worker.platform.network = () => new Response('b', { headers: { 'Cache-Control': 'no-store' } })
  await worker.ask('/b')
  await worker.ask('/b')
  expect(storage.lookedUp).toEqual(['/a', '/b'])
})

it('does not answer with a body that is not the one of the entry', async () => {
  const { open, storage, worker } = await restarted()
  worker.platform.network = () => new Response('fresh')
  // As a worker leaves it that is killed between the two.
  const stored = [...storage.stored.values()][0]?.get('https://shop.example/a')
  stored?.headers.splice(0, 1, ['thermocline-id', 'another'])
  const answer = worker.ask('/a')
  await waitUntil(() => storage.lookedUp.includes('/a'), 'the body being looked for')
  open()
  expect((await answer).body).toBe('fresh')
})

it('begins to read when its script runs, before the request comes that it was started for', async () => {
  const platform = new FakePlatform(await stored())
  platform.restarted = true
  const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const worker = new FakeWorker(platform)
  await waitUntil(() => transactions.mock.calls.length > 0, 'something being read')
  expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=60')
})

it('reads nothing while it is being installed, when another version may still change what is stored', async () => {
  const platform = new FakePlatform(await stored())
  const opens = vi.spyOn(indexedDB, 'open')
  const worker = new FakeWorker(platform)
  // Whatever is begun at once has been by then.
  await new Promise((resolve) => setImmediate(resolve))
  expect(opens).not.toHaveBeenCalled()
  expect((await worker.ask('/a')).did).toBe('SW; hit; ttl=60')
})

it('reads in one transaction what a request needs that finds IndexedDB closed', async () => {
  const { open, worker } = await restarted()
  const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const answer = worker.ask('/a')
  await waitUntil(() => open(), 'IndexedDB being opened')
  await answer
  expect(transactions).toHaveBeenCalledTimes(1)
})

it('goes on where what it has begun to read fails', async () => {
  const platform = new FakePlatform(await stored())
  platform.restarted = true
  platform.openFault = new DOMException('denied', 'SecurityError')
  platform.cacheStorage.fault = new DOMException('denied', 'SecurityError')
  expect(await new FakeWorker(platform).ask('/a')).toMatchObject({ status: 200, body: 'from the network' })
})
