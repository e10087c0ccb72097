import { Agent, request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Express } from 'express'
import { describe, expect, it } from 'vitest'
import { WAYS, afterwards, serveCached } from '../../test/support/cached-app.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { Flights } from './flights.ts'

const FRESH = 'public, max-age=60, stale-while-revalidate=600'

const pages = (app: Express): void => {
  app.get('/private', (_, response) => void response.set('Cache-Control', 'private').send('x'))
  app.get('/stream', (_, response) => {
    response.set('Cache-Control', FRESH).write('a')
    response.end('b')
  })
  app.get('/{*page}', (request, response) => void response.set('Cache-Control', FRESH).send(request.path))
}

describe.each(WAYS)('through %s, a kept-alive connection', (way) => {
  it('collects no listeners, however much it is used', async () => {
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    afterwards(() => process.off('warning', onWarning))
    const site = await serveCached(way, (app) => {
      app.use((request, _, next) => {
        counts.push(request.socket.listenerCount('close') + request.socket.listenerCount('error'))
        next()
      })
      pages(app)
    })
    const counts: number[] = []
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    afterwards(() => agent.destroy())
    const get = async (path: string): Promise<boolean> => {
      const request = httpRequest(`${site.url}${path}`, { agent }).end()
      const [response] = await once(request, 'response')
      response.resume()
      await once(response, 'end')
      return request.reusedSocket
    }
    await get('/first')
    for (let round = 0; round < 30; round += 1) {
      for (const path of ['/a', `/b${round}`, '/private', '/stream']) expect(await get(path)).toBe(true)
      site.clock.forward(61)
    }
    await new Promise(setImmediate)
    expect(warnings.map(({ name }) => name)).not.toContain('MaxListenersExceededWarning')
    expect(counts.at(-1)).toBeLessThanOrEqual((counts[0] ?? 0) + 1)
  })
})

describe.each(WAYS)('through %s, a full L1', (way) => {
  it('lets the oldest go, and stays within its bounds', async () => {
    const site = await serveCached(way, pages, { tiered: { l1: { maxEntries: 20, maxBytes: 100_000 } } })
    for (let page = 0; page < 50; page += 1) await site.get(`/${page}`)
    expect(site.cache.status().l1.entries).toBeLessThanOrEqual(20)
    expect((await site.get('/49')).trace).toContain('hit')
    expect((await site.get('/0')).trace).toContain('fwd')
    expect((await site.get('/0')).body).toBe('/0')
  })

  it('counts what it holds in bytes', async () => {
    const site = await serveCached(
      way,
      (app) => {
        app.get('/:size', (request, response) => {
          response.set('Cache-Control', FRESH).send('x'.repeat(Number(request.params['size'])))
        })
      },
      { tiered: { l1: { maxBytes: 200_000 } } },
    )
    for (let more = 0; more < 30; more += 1) {
      await site.get(`/${10_000 + more}`)
      await site.get(`/${30_000 + more}`)
      expect(site.cache.status().l1.bytes).toBeLessThanOrEqual(200_000)
    }
    for (const size of [10_029, 30_029]) expect((await site.get(`/${size}`)).bytes).toHaveLength(size)
  })
})

it('what may not be shared is remembered in few bytes, however long the fields that it varies by are', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const flights = new Flights(1_000)
  // Out of bytes, as from a connection: texts that are put together here would share their parts.
  const keyOf = (key: number): string => Buffer.from(`${key} ${'x'.repeat(10_000)}`).toString('latin1')
  collect()
  const before = process.memoryUsage().heapUsed
  for (let key = 0; key < 5_000; key += 1) flights.remember(keyOf(key), 'unshared')
  collect()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000)
  expect(flights.isUnshared(keyOf(4_999))).toBe(true)
})

describe.each(WAYS)('through %s, a cache', (way) => {
  it('that is closed answers from the application', async () => {
    const site = await serveCached(way, pages)
    await site.get('/a')
    await site.cache.close()
    expect((await site.get('/a')).body).toBe('/a')
    expect((await site.get('/b')).body).toBe('/b')
  })

  it('inside another one leaves the work to it', async () => {
    const { responseCache } = await import('./response-cache.ts')
    const site = await serveCached(way, (app) => {
      app.use((request, response, next) => inner(request, response, next))
      pages(app)
    })
    const inner = responseCache({ cache: site.cache, clock: site.clock.now, name: 'Inner' })
    const first = await site.get('/a')
    const second = await site.get('/a')
    for (const { trace } of [first, second]) expect(trace).not.toContain('Inner')
    site.clock.forward(61)
    expect((await site.get('/a')).body).toBe('/a')
    await waitUntil(async () => (await site.get('/a')).headers.age === '0', 'the call in the background')
    expect(site.calls).toBe(2)
  })

  it('holds nothing that waits once all is answered', async () => {
    const site = await serveCached(way, (app) => {
      app.get('/broken/:id', (_, response) => void response.destroy())
      app.get('/late/:id', (_, response) => {
        response.on('close', () => setImmediate(() => response.end('late')))
      })
      pages(app)
    })
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 10 }, () => site.get('/broken/1')),
      ...Array.from({ length: 10 }, () => site.get('/a')),
      ...Array.from({ length: 10 }, () => site.get('/private')),
    ])
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    for (let round = 0; round < 5; round += 1) {
      const { calls } = site
      const request = httpRequest(`${site.url}/late/1`).on('error', () => {})
      request.end()
      await waitUntil(() => site.calls > calls, 'the request')
      request.destroy()
      // Its end is seen before what comes after it.
      await site.get('/none')
    }
    // Whoever still held the key would let these wait for ever.
    for (const path of ['/broken/1', '/late/1']) {
      const { calls } = site
      const request = httpRequest(`${site.url}${path}`).on('error', () => {})
      request.end()
      await waitUntil(() => site.calls > calls, path)
      request.destroy()
    }
  })
})
