import { beforeEach, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakeCacheStorage, FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

/** Storage that counts what is looked up in it. */
class CountingStorage extends FakeCacheStorage {
  readonly lookedUp: string[] = []

  override async open(name: string): ReturnType<FakeCacheStorage['open']> {
    const cache = await super.open(name)
    const match = cache.match.bind(cache)
    cache.match = (url) => {
      this.lookedUp.push(new URL(url).pathname)
      return match(url)
    }
    return cache
  }
}

/** A platform on which `/a` is stored by a worker that has ended since, and IndexedDB takes its time. */
async function restarted() {
  const storage = new CountingStorage()
  const platform = new FakePlatform(storage)
  platform.network = () => new Response('a', { headers: { 'Cache-Control': 'max-age=60' } })
  await new FakeWorker(platform).ask('/a')
  storage.lookedUp.length = 0
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
  return { worker, storage, open: () => open?.() }
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
