import { beforeEach, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

it('an event does not last for as long as a response may take to arrive, which goes on and is stored', async () => {
  const worker = new FakeWorker()
  let source: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      source = controller
    },
  })
  worker.platform.network = () => new Response(body, { headers: { 'Cache-Control': 'max-age=6000' } })
  const { ended, response } = worker.start('/slow')
  const text = (await response).text()
  let hasEnded = false
  const ending = ended().then(() => {
    hasEnded = true
  })
  worker.platform.pass(239_999)
  await new Promise((resolve) => setImmediate(resolve))
  expect(hasEnded).toBe(false)
  worker.platform.pass(1)
  await ending
  source?.enqueue(new TextEncoder().encode('late'))
  source?.close()
  expect(await text).toBe('late')
  await expect.poll(async () => (await worker.ask('/slow')).did).toBe('SW; hit; ttl=5760')
})

it.each([
  ['reason phrase', { statusText: 'odd\u0001' }],
  ['status', { status: 99 }],
])('a response with a %s that nobody can rebuild reaches the page as it is', async (_what, fields) => {
  const worker = new FakeWorker()
  const odd = new Response('odd', { headers: { 'Cache-Control': 'max-age=60' } })
  for (const [name, value] of Object.entries(fields)) Object.defineProperty(odd, name, { value })
  worker.platform.network = () => odd
  expect(await worker.start('/odd').response).toBe(odd)
})
