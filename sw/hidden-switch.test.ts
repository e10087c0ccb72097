import { beforeEach, describe, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'
import { workerState } from './worker-state.ts'

beforeEach(resetIndexedDb)

const ownOf = (user: string) => ({ 'Cache-Control': 'private, max-age=600', 'Thermocline-Partition': user })

/** A response with what only a browser can give it. */
function browserResponse(response: Response, fields: Readonly<Partial<Response>>): Response {
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(response, name, { value })
  return response
}

/** Ada is signed in, and has looked at `/me` and `/cart`. */
async function adasWorker(): Promise<FakeWorker> {
  const worker = new FakeWorker()
  worker.platform.network = () => new Response('of ada', { headers: ownOf('ada') })
  await worker.ask('/me')
  await worker.ask('/cart')
  return worker
}

describe('a login whose answer the browser follows elsewhere', () => {
  it('lets nobody see what the one before has stored', async () => {
    const worker = await adasWorker()
    const welcome = () => new Response('welcome', { headers: { 'Cache-Control': 'public, max-age=60' } })
    worker.platform.network = () => browserResponse(welcome(), { redirected: true })
    await worker.ask('/login', { method: 'POST', body: 'user=bob' })
    worker.platform.network = () => new Response('of bob', { headers: ownOf('bob') })
    expect((await worker.ask('/me')).body).toBe('of bob')
  })

  it('holds to the user whom the page there names', async () => {
    const worker = await adasWorker()
    worker.platform.network = () =>
      browserResponse(new Response('hello bob', { headers: ownOf('bob') }), { redirected: true })
    await worker.ask('/login', { method: 'POST', body: 'user=bob' })
    expect(await workerState(worker.platform).partitions.current()).toBe('bob')
  })

  it('is no business of another origin', async () => {
    const worker = await adasWorker()
    worker.platform.network = () =>
      browserResponse(new Response('picture', { headers: ownOf('eve') }), { redirected: true, type: 'cors' })
    await worker.ask('/avatar')
    expect(await workerState(worker.platform).partitions.current()).toBe('ada')
  })
})

describe('while nobody is held', () => {
  it('a form that was answered with a redirect has let go of its own page', async () => {
    const worker = await adasWorker()
    worker.platform.network = () => browserResponse(Response.error(), { type: 'opaqueredirect' })
    const { ended, response } = worker.start('/cart', { method: 'POST', redirect: 'manual', body: 'x' })
    await response
    await ended()
    worker.platform.network = ({ url }) =>
      new Response(url.endsWith('/cart') ? 'one thing in it' : 'thanks', { headers: ownOf('ada') })
    await worker.ask('/thanks')
    expect((await worker.ask('/cart')).body).toBe('one thing in it')
    // The rest is there for who has come back.
    expect((await worker.ask('/me')).body).toBe('of ada')
  })

  it('a URL that is invalidated is gone for who comes back', async () => {
    const worker = await adasWorker()
    await workerState(worker.platform).partitions.hold(undefined)
    await worker.cache.invalidate('https://shop.example/cart')
    worker.platform.network = () => new Response('new', { headers: ownOf('ada') })
    await worker.ask('/hello')
    expect((await worker.ask('/cart')).body).toBe('new')
  })
})
