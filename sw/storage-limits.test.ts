import { beforeEach, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

function site(options = {}): FakeWorker {
  const worker = new FakeWorker(undefined, options)
  worker.platform.network = () =>
    new Response('x'.repeat(100), { headers: { 'Cache-Control': 'max-age=600', ETag: '"1"' } })
  return worker
}

const isHit = async (worker: FakeWorker, path: string) => (await worker.ask(path)).did?.includes('hit')

it('keeps to half of what the browser allows, where that is less than its own limit', async () => {
  const worker = site()
  worker.platform.quotaBytes = 2_000
  for (let i = 0; i < 20; i += 1) {
    worker.platform.pass(1_000)
    await worker.ask(`/${i}`)
    expect(worker.platform.cacheStorage.bytes).toBeLessThanOrEqual(1_000)
  }
  expect(await isHit(worker, '/19')).toBe(true)
})

it('makes room and goes on where the browser has less than it said', async () => {
  const worker = site()
  worker.platform.cacheStorage.quotaBytes = 1_050
  for (let i = 0; i < 10; i += 1) {
    worker.platform.pass(1_000)
    await worker.ask(`/${i}`)
  }
  worker.platform.pass(1_000)
  expect(await worker.ask('/refused')).toMatchObject({ status: 200, body: 'x'.repeat(100) })
  expect(worker.platform.cacheStorage.bytes).toBeLessThanOrEqual(500)
  await worker.ask('/next')
  expect(await isHit(worker, '/next')).toBe(true)
  expect(await isHit(worker, '/9')).toBe(true)
  expect(await isHit(worker, '/0')).toBe(false)
})

it('answers from the network alone where there is no quota at all', async () => {
  const worker = site()
  worker.platform.quotaBytes = 0
  worker.platform.cacheStorage.quotaBytes = 0
  expect((await worker.ask('/a')).status).toBe(200)
  expect((await worker.ask('/a')).status).toBe(200)
  expect(worker.visits('/a')).toBe(2)
})

it('removes bodies whose entries a killed worker never wrote, and no others', async () => {
  const worker = site()
  await worker.ask('/kept')
  await worker.ask('/kept', { headers: { Range: 'bytes=0-1' } })
  const bodies = worker.platform.cacheStorage.stored.get('thermocline')
  const [body] = bodies?.values() ?? []
  if (body !== undefined) bodies?.set('https://shop.example/orphan', body)
  const restarted = new FakeWorker(new FakePlatform(worker.platform.cacheStorage))
  await restarted.cache.reconcile()
  expect([...(bodies?.keys() ?? [])]).toEqual(['https://shop.example/kept'])
  expect(await isHit(restarted, '/kept')).toBe(true)
})
