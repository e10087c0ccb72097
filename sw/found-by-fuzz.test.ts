// Defects that interleavings at random found, each as the shortest way to it.
import { beforeEach, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'
import { workerState } from './worker-state.ts'

beforeEach(resetIndexedDb)

const ofUser = (user: string) =>
  new Response(`of ${user}`, {
    headers: { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': user },
  })

it('believes the answer to a login although an earlier request was answered meanwhile', async () => {
  const worker = new FakeWorker()
  const waiting = new Map<string, () => void>()
  let user = 'ada'
  worker.platform.network = async ({ method, url }) => {
    const sent = user
    await new Promise<void>((resolve) => waiting.set(new URL(url).pathname, resolve))
    if (method === 'POST') user = 'bob'
    return ofUser(method === 'POST' ? 'bob' : sent)
  }
  const early = worker.start('/account')
  const login = worker.start('/login', { method: 'POST' })
  await waitUntil(() => waiting.size === 2, 'both requests')
  waiting.get('/account')?.()
  await (await early.response).text()
  await early.ended()
  waiting.get('/login')?.()
  await (await login.response).text()
  worker.platform.network = () => ofUser(user)
  expect((await worker.ask('/account')).body).toBe('of bob')
})

it('does not store for the next user what named the one before', async () => {
  const worker = new FakeWorker()
  worker.platform.network = () => ofUser('ada')
  const { partitions } = workerState(worker.platform)
  const hold = partitions.hold.bind(partitions)
  let switched: Promise<void> | undefined
  partitions.hold = (partition) => {
    const holding = hold(partition)
    // The page says so while it is being written down that it is ada.
    switched ??= hold('bob')
    return holding
  }
  await worker.ask('/account')
  await switched
  worker.platform.network = () => ofUser('bob')
  expect((await worker.ask('/account')).body).toBe('of bob')
})

it('a confirmed response that was evicted meanwhile is not listed again', async () => {
  const worker = new FakeWorker()
  worker.platform.network = ({ url }) =>
    new Response(url, { headers: { 'Cache-Control': 'max-age=60', ETag: '"1"' } })
  await worker.ask('/a')
  worker.platform.pass(61_000)
  let arrive: (() => void) | undefined
  worker.platform.network = async () => {
    await new Promise<void>((resolve) => (arrive = resolve))
    return new Response(null, { status: 304, headers: { 'Cache-Control': 'max-age=60' } })
  }
  const validating = worker.start('/a')
  await waitUntil(() => arrive !== undefined, 'the validation')
  // As eviction does it: nothing is written to, so the flight is not outdated.
  const { database } = workerState(worker.platform)
  await database.use(async (connection) => {
    await connection.clear('entries')
  })
  for (const bodies of worker.platform.cacheStorage.stored.values()) bodies.clear()
  arrive?.()
  await (await validating.response).text()
  await validating.ended()
  expect(await database.use((connection) => connection.getAllKeys('entries'))).toEqual([])
})

it.each(['url', 'group'])(
  'what was dropped (%s) while IndexedDB was away does not come back with it',
  async (by) => {
    const worker = new FakeWorker()
    worker.platform.network = ({ method }) =>
      method === 'GET'
        ? new Response('old', {
            headers: { 'Cache-Control': 'max-age=600', Vary: 'X-Language', 'Cache-Groups': '"g"' },
          })
        : new Response('')
    await worker.ask('/a')
    for (const connection of worker.platform.opened) connection.close()
    worker.platform.openFault = new Error('no storage')
    if (by === 'url') await worker.ask('/a', { method: 'POST' })
    else await worker.cache.invalidateGroups(['g'])
    worker.platform.openFault = undefined
    worker.platform.pass(11_000)
    worker.platform.network = () => new Response('new', { headers: { 'Cache-Control': 'max-age=600' } })
    expect((await worker.ask('/a')).body).toBe('new')
  },
)
