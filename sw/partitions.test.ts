import { beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'
import { workerState } from './worker-state.ts'

beforeEach(resetIndexedDb)

/** A server with one session; its user is what a test says. */
function signIn(worker: FakeWorker, user: string): void {
  worker.platform.network = () =>
    new Response(`of ${user}`, {
      headers: {
        'Cache-Control': 'private, max-age=600, stale-if-error=6000',
        'Thermocline-Partition': user,
      },
    })
}

function goAway(worker: FakeWorker): void {
  worker.platform.network = () => {
    throw new TypeError('Failed to fetch')
  }
}

function restarted(worker: FakeWorker): FakeWorker {
  return new FakeWorker(new FakePlatform(worker.platform.cacheStorage))
}

const hold = (worker: FakeWorker, partition: string | undefined) =>
  workerState(worker.platform).partitions.hold(partition)

describe('a switch', () => {
  it('is known to a restarted worker', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    signIn(worker, 'bob')
    await worker.ask('/other')
    const again = restarted(worker)
    goAway(again)
    await expect(again.start('/account').response).rejects.toThrow('Failed to fetch')
    expect((await again.ask('/other')).body).toBe('of bob')
  })

  it('holds in memory from the call on', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    const holding = hold(worker, 'bob')
    goAway(worker)
    await expect(worker.start('/account').response).rejects.toThrow('Failed to fetch')
    await holding
  })

  it('wipes the bodies and the rows of the others', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    await hold(worker, 'bob')
    await workerState(worker.platform).partitions.wiped
    expect(worker.platform.cacheStorage.texts()).toEqual([])
    const rows = await workerState(worker.platform).database.use((connection) => connection.getAll('entries'))
    expect(rows).toEqual([])
  })

  it('is finished by the next worker where the last one was killed', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    worker.platform.cacheStorage.delete = () => new Promise(() => {})
    await hold(worker, 'bob')
    expect(worker.platform.cacheStorage.texts()).toEqual(['of ada'])
    Reflect.deleteProperty(worker.platform.cacheStorage, 'delete')
    const again = restarted(worker)
    signIn(again, 'bob')
    await again.ask('/hello')
    await waitUntil(() => again.platform.cacheStorage.texts().join() === 'of bob', 'the bodies of ada to go')
  })

  it('made by another worker of the origin counts here too', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    await hold(restarted(worker), 'bob')
    goAway(worker)
    globalThis.fetch = ((input: Request) => worker.platform.fetch(input)) as typeof fetch
    await expect(worker.start('/account').response).rejects.toThrow('Failed to fetch')
  })

  it('back to the first user does not bring back what was theirs', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    await hold(worker, 'bob')
    await hold(worker, 'ada')
    await workerState(worker.platform).partitions.wiped
    signIn(worker, 'ada')
    await worker.ask('/account')
    expect((await worker.ask('/account')).did).toContain('hit')
  })
})

describe('a response', () => {
  it('that was under way during a switch is neither stored nor believed, and leaves nobody held', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    let finish: ((response: Response) => void) | undefined
    worker.platform.network = () =>
      new Promise((resolve) => {
        finish = resolve
      })
    const late = worker.start('/late')
    await waitUntil(() => finish !== undefined, 'the request')
    await hold(worker, 'bob')
    const headers = { 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': 'ada' }
    finish?.(new Response('late of ada', { headers }))
    expect(await (await late.response).text()).toBe('late of ada')
    await late.ended()
    expect(worker.platform.cacheStorage.texts()).not.toContain('late of ada')
    expect(await workerState(worker.platform).partitions.current()).toBeUndefined()
    signIn(worker, 'bob')
    await worker.ask('/account')
    expect(await workerState(worker.platform).partitions.current()).toBe('bob')
  })

  it('whose validation a switch overtook is fetched anew', async () => {
    const worker = new FakeWorker()
    const headers = { 'Cache-Control': 'private, no-cache', ETag: '"1"' }
    worker.platform.network = () =>
      new Response('of ada', { headers: { ...headers, 'Thermocline-Partition': 'ada' } })
    await worker.ask('/account')
    worker.platform.network = (request) =>
      request.headers.has('if-none-match')
        ? new Response(null, { status: 304, headers: { 'Thermocline-Partition': 'bob' } })
        : new Response('of bob', { headers: { ...headers, 'Thermocline-Partition': 'bob' } })
    expect((await worker.ask('/account')).body).toBe('of bob')
  })

  it('to a request without cookies is nobody’s', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    signIn(worker, 'anonymous')
    await worker.ask('/account', { credentials: 'omit' })
    expect(await workerState(worker.platform).partitions.current()).toBe('ada')
    expect((await worker.ask('/account')).body).toBe('of ada')
  })

  it('with a malformed partition changes nothing', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    signIn(worker, 'bob smith; drop')
    await worker.ask('/other')
    expect(await workerState(worker.platform).partitions.current()).toBe('ada')
  })
})

describe('pages are told', () => {
  const told = (worker: FakeWorker) =>
    worker.platform.messages.map((message) => (message as { type: string }).type.replace('thermocline:', ''))

  it('of a switch, and of nothing while the same user goes on reading', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    await worker.ask('/other')
    expect(told(worker)).toEqual(['switched'])
    signIn(worker, 'bob')
    await worker.ask('/other', { cache: 'reload' })
    expect(told(worker)).toEqual(['switched', 'switched'])
  })

  it('that the same user may have signed in again', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    await worker.ask('/login', { method: 'POST' })
    await hold(worker, 'ada')
    expect(told(worker)).toEqual(['switched', 'named', 'named'])
  })
})

describe('where the switch can’t be kept', () => {
  it('nothing private is answered, and the old bodies go', async () => {
    const worker = new FakeWorker()
    signIn(worker, 'ada')
    await worker.ask('/account')
    for (const connection of worker.platform.opened) connection.close()
    worker.platform.openFault = new Error('no storage')
    signIn(worker, 'bob')
    await worker.ask('/other')
    expect(worker.platform.cacheStorage.texts()).toEqual([])
    goAway(worker)
    await expect(worker.start('/account').response).rejects.toThrow('Failed to fetch')
    await expect(worker.start('/other').response).rejects.toThrow('Failed to fetch')
    // Storage is back, the old partition still written there: its bodies are gone.
    const again = restarted(worker)
    goAway(again)
    await expect(again.start('/account').response).rejects.toThrow('Failed to fetch')
  })
})

it('holding to none keeps what there is for whoever is named next', async () => {
  const worker = new FakeWorker()
  signIn(worker, 'ada')
  await worker.ask('/account')
  await hold(worker, undefined)
  goAway(worker)
  await expect(worker.start('/account').response).rejects.toThrow('Failed to fetch')
  await hold(worker, 'ada')
  expect((await worker.ask('/account')).body).toBe('of ada')
})

it('what is kept for whoever is named next outlives the worker', async () => {
  const worker = new FakeWorker()
  signIn(worker, 'ada')
  await worker.ask('/account')
  await hold(worker, undefined)
  const again = restarted(worker)
  await workerState(again.platform).partitions.current()
  await workerState(again.platform).partitions.wiped
  await hold(again, 'ada')
  goAway(again)
  expect((await again.ask('/account')).body).toBe('of ada')
})

it.each([
  ['says so beside a lifetime for the worker', { 'Cache-Control': 'private' }],
  ['names whose it is', { 'Cache-Control': 'no-cache', 'Thermocline-Partition': 'ada' }],
])('a response that %s is one user’s', async (_what, headers) => {
  const worker = new FakeWorker()
  await hold(worker, 'ada')
  worker.platform.network = () =>
    new Response('of ada', { headers: { ...headers, 'SW-Cache-Control': 'max-age=600' } })
  await worker.ask('/account')
  expect((await worker.ask('/account')).did).toContain('hit')
  await hold(worker, 'bob')
  worker.platform.network = () => new Response('of bob', { headers: { 'Cache-Control': 'no-store' } })
  expect((await worker.ask('/account')).body).toBe('of bob')
})
