import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import express, { type Express, type Response } from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ask, quietApp } from '../../test/support/cached-app.ts'
import { deferred } from '../../test/support/deferred.ts'
import { useRedisCaches } from '../../test/support/redis-caches.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { CacheEvent } from '../cache/cache-event.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { ownGroup } from '../http/own-group.ts'
import { responseCache } from '../response-cache/response-cache.ts'
import {
  type WriteInvalidation,
  type WriteInvalidationOptions,
  createWriteInvalidation,
} from './write-invalidation.ts'

const FIELD = 'cache-group-invalidation'
const cleanup: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const step of cleanup.splice(0).toReversed()) await step()
})

interface Shop {
  readonly url: string
  readonly cache: TieredCache
  readonly warnings: readonly string[]
  /** What took effect in this process, each once. */
  readonly invalidated: () => readonly unknown[]
}

async function shop(
  build: (app: Express, writes: WriteInvalidation, cache: TieredCache) => void,
  options: Partial<WriteInvalidationOptions> = {},
): Promise<Shop> {
  const events: CacheEvent[] = []
  const cache = options.cache ?? createTieredCache({ onEvent: (event) => events.push(event) })
  cleanup.push(() => cache.close())
  const warnings: string[] = []
  const onWarning = (message: string): void => void warnings.push(message)
  const writes = createWriteInvalidation({ cache, onWarning, ...options })
  const app = quietApp().use(express.json())
  build(app, writes, cache)
  const { url, close } = await serve(app)
  cleanup.push(close)
  const invalidated = () => {
    const told = events.flatMap((event) => (event.type === 'invalidated' ? [JSON.stringify(event)] : []))
    return [...new Set(told)].map((event): unknown => JSON.parse(event))
  }
  return { url, cache, warnings, invalidated }
}

const product = (request: { params: { id: string } }) => ({ groups: [`product-${request.params.id}`] })

/** A price that is read through the cache and written by the method that is under test. */
function prices(answer: (response: Response) => unknown) {
  let price = 1
  return (app: Express, writes: WriteInvalidation, cache: TieredCache): void => {
    app.get('/products/:id', async (request, response) => {
      const options = { groups: [`product-${request.params.id}`] }
      response.json(await cache.getOrSet(`price:${request.params.id}`, () => price, options))
    })
    app.all('/products/:id', writes.invalidates<{ id: string }>(product), (_, response) => {
      price += 1
      answer(response)
    })
  }
}

describe('a write to a route that names what it invalidates', () => {
  it.each([
    ['POST', 201],
    ['PUT', 200],
    ['PATCH', 204],
    ['DELETE', 303],
  ])(
    'by %s and answered with %i lets go before the answer is there, and says so in it',
    async (method, status) => {
      const { url, invalidated } = await shop(prices((response) => response.status(status).end()))
      expect((await ask(url, 'GET', '/products/42')).body).toBe('1')
      const answer = await ask(url, method, '/products/42')
      expect(answer).toMatchObject({ status, headers: { [FIELD]: '"product-42"' } })
      expect((await ask(url, 'GET', '/products/42')).body).toBe('2')
      expect(invalidated()).toEqual([{ type: 'invalidated', keys: [], groups: ['product-42'], prefixes: [] }])
    },
  )

  it.each([400, 404, 409, 500])('changes nothing when it is answered with %i', async (status) => {
    const { url, invalidated } = await shop(prices((response) => response.status(status).end()))
    expect((await ask(url, 'GET', '/products/42')).body).toBe('1')
    expect((await ask(url, 'PUT', '/products/42')).headers).not.toHaveProperty(FIELD)
    expect((await ask(url, 'GET', '/products/42')).body).toBe('1')
    expect(invalidated()).toEqual([])
  })

  it.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    [
      'hands on an error',
      (_request: unknown, _response: unknown, next: (error: Error) => void) => next(new Error('no')),
    ],
  ])('changes nothing when its handler %s', async (_, handler) => {
    const { url, invalidated } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ groups: ['g'] })),
        handler,
      )
    })
    const answer = await ask(url, 'PUT', '/a')
    expect([answer.status, answer.headers[FIELD]]).toEqual([500, undefined])
    expect(invalidated()).toEqual([])
  })

  it.each([
    ['writeHead and a list', (response: Response) => response.writeHead(200, ['X-A', '1']).end('done')],
    ['pieces', (response: Response) => void (response.write('one'), response.end('two'))],
    ['send', (response: Response) => response.send('done')],
  ])('says so whichever way it is answered: by %s', async (_, answer) => {
    const { url } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ groups: ['g'] })),
        (_request, response) => void answer(response),
      )
    })
    expect((await ask(url, 'PUT', '/a')).headers[FIELD]).toBe('"g"')
  })

  it('is carried out once, with what the handler added, and keeps what it said itself', async () => {
    const { url, invalidated } = await shop((app, writes) => {
      const both = [
        writes.invalidates(() => ({ groups: ['g', 'h'], mode: 'expire' })),
        writes.invalidates(() => ({ keys: ['k'], mode: 'expire' })),
      ]
      app.put('/a', ...both, (_, response) => {
        response.set('Cache-Group-Invalidation', '"Own"')
        writes.invalidate(response, {
          groups: ['late', 'g'],
          urls: ['https://shop.example/a'],
          mode: 'expire',
        })
        response.end()
      })
    })
    expect((await ask(url, 'PUT', '/a')).headers[FIELD]).toBe('"Own", "g", "h", "late"')
    expect(invalidated()).toEqual([
      {
        type: 'invalidated',
        keys: ['k'],
        groups: ['g', 'h', 'late', expect.stringMatching(/^url-/)],
        prefixes: [],
        mode: 'expire',
      },
    ])
  })

  it('with both modes deletes', async () => {
    const { url, invalidated } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ groups: ['g'], mode: 'expire' })),
        (_, response) => {
          writes.invalidate(response, { groups: ['h'] })
          response.end()
        },
      )
    })
    await ask(url, 'PUT', '/a')
    expect(invalidated()).toEqual([{ type: 'invalidated', keys: [], groups: ['g', 'h'], prefixes: [] }])
  })

  it('loses nothing that is named when the head has left', async () => {
    const { url, invalidated } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ groups: ['g'] })),
        (_, response) => {
          response.write('working')
          writes.invalidate(response, { groups: ['late'] })
          response.end()
        },
      )
    })
    expect((await ask(url, 'PUT', '/a')).headers[FIELD]).toBe('"g"')
    expect(invalidated().at(-1)).toMatchObject({ groups: ['g', 'late'] })
  })

  it('leaves out names that can not be, tells it once, and keeps the others', async () => {
    const { url, invalidated, warnings } = await shop((app, writes) => {
      const named = writes.invalidates<{ id: string }>((request) => ({
        groups: ['g', `product-${request.params.id}`],
        urls: ['/relative', 'https://shop.example/b'],
      }))
      app.put('/:id', named, (_, response) => void response.end())
    })
    for (let i = 0; i < 2; i += 1) {
      expect((await ask(url, 'PUT', '/%C3%84')).headers[FIELD]).toBe('"g"')
    }
    expect(invalidated()).toMatchObject([{ groups: ['g', expect.stringMatching(/^url-/)] }])
    expect(warnings).toEqual([expect.stringContaining('"product-Ä"'), expect.stringContaining('"/relative"')])
  })

  it('lets go of responses that are stored, and tells a cache in front by the field', async () => {
    let made = 0
    const { url } = await shop((app, writes, cache) => {
      app.use(responseCache({ cache }))
      app.get('/a', (_, response) => {
        made += 1
        response.set({ 'Cache-Control': 'max-age=60', 'Cache-Groups': '"g"' }).send(`made ${made}`)
      })
      app.post(
        '/b',
        writes.invalidates(() => ({ groups: ['g'] })),
        (_, response) => void response.end(),
      )
    })
    await ask(url, 'GET', '/a')
    expect((await ask(url, 'GET', '/a')).body).toBe('made 1')
    await ask(url, 'POST', '/b')
    expect((await ask(url, 'GET', '/a')).body).toBe('made 2')
  })
})

describe('a client that hangs up', () => {
  it.each([
    ['the handler goes on and succeeds', 200, 2],
    ['the handler goes on and fails', 500, 1],
  ])('before the answer still has its write invalidated: %s', async (_, status, times) => {
    const arrived = deferred<void>()
    const gate = deferred<void>()
    const ended = deferred<void>()
    const { url, cache } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ keys: ['a'] })),
        async (_request, response) => {
          arrived.resolve()
          await gate.promise
          response.status(status).send('nobody hears this')
          ended.resolve()
        },
      )
    })
    const invalidate = vi.spyOn(cache, 'invalidate')
    const client = httpRequest(`${url}/a`, { method: 'PUT' })
    client.on('error', () => {})
    client.end()
    await arrived.promise
    client.destroy()
    // The write may have been done already.
    await waitUntil(() => invalidate.mock.calls.length === 1, 'the first')
    gate.resolve()
    await ended.promise
    // And it may have been done since.
    expect(invalidate).toHaveBeenCalledTimes(times)
  })

  it('after the answer has it invalidated once', async () => {
    const { url, cache } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ keys: ['a'] })),
        (_request, response) => {
          response.write('begun')
          response.on('close', () => closed.resolve())
        },
      )
    })
    const closed = deferred<void>()
    const invalidate = vi.spyOn(cache, 'invalidate')
    const client = httpRequest(`${url}/a`, { method: 'PUT' })
    client.on('error', () => {})
    client.end()
    await once(client, 'response')
    client.destroy()
    await closed.promise
    expect(invalidate).toHaveBeenCalledTimes(1)
  })
})

describe('a route that reads', () => {
  it.each(['GET', 'HEAD', 'OPTIONS'])(
    'invalidates nothing on %s, and is told in development',
    async (method) => {
      vi.stubEnv('NODE_ENV', 'development')
      const { url, invalidated, warnings } = await shop(prices((response) => response.end()))
      const { url: other, warnings: none } = await shop((app, writes) => {
        app.all(
          '/a',
          writes.invalidates(() => ({ groups: ['g'] })),
          (_, response) => void response.end(),
        )
      })
      expect((await ask(other, method, '/a')).headers).not.toHaveProperty(FIELD)
      expect(none).toEqual([expect.stringContaining(`answers ${method}`)])
      await ask(url, 'GET', '/products/1')
      expect([invalidated(), warnings]).toEqual([[], []])
    },
  )

  it('is not told in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const { url, warnings } = await shop((app, writes) => {
      app.get(
        '/a',
        writes.invalidates(() => ({ groups: ['g'] })),
        (_, response) => void response.end(),
      )
    })
    await ask(url, 'GET', '/a')
    expect(warnings).toEqual([])
  })
})

describe('groups that are one user’s own', () => {
  it('are named to that user alone, and invalidated in any case', async () => {
    const { url, invalidated } = await shop(
      (app, writes) => {
        const carts = writes.invalidates<{ of: string }>((request) => ({
          groups: ['offers', ownGroup(request.params.of, 'cart')],
        }))
        app.put('/carts/:of', carts, (_, response) => void response.end())
      },
      { partition: (request) => request.get('x-user') },
    )
    const own = await ask(url, 'PUT', '/carts/ann', { 'x-user': 'ann' })
    expect(own.headers[FIELD]).toBe(`"offers", "${ownGroup('ann', 'cart')}"`)
    expect((await ask(url, 'PUT', '/carts/ann', { 'x-user': 'admin' })).headers[FIELD]).toBe('"offers"')
    expect((await ask(url, 'PUT', '/carts/ann')).headers[FIELD]).toBe('"offers"')
    expect(invalidated()).toMatchObject([{ groups: ['offers', ownGroup('ann', 'cart')] }])
  })
})

describe('an answer that is held', () => {
  const caches = useRedisCaches('writes')

  it('until the fleet has let go leaves when it has', async () => {
    const { cache: one } = await caches.openReady({ maxLagMs: '500ms' })
    const { cache: two } = await caches.openReady({ maxLagMs: '500ms' })
    const { url } = await shop(
      (app, writes) => {
        const options = { wait: 'fleet', timeout: '30s' } as const
        app.put(
          '/a',
          writes.invalidates(() => ({ keys: ['a'] }), options),
          (_, response) => void response.send('done'),
        )
      },
      { cache: one },
    )
    for (let i = 0; i < 20; i += 1) {
      await two.set('a', i)
      expect(await ask(url, 'PUT', '/a')).toMatchObject({ status: 200, body: 'done' })
      expect(two.peek('a')).toBeUndefined()
    }
  })

  it('for edges that nobody has named leaves all the same, and nothing is lost', async () => {
    const { url, cache, warnings } = await shop((app, writes) => {
      const named = writes.invalidates(() => ({ keys: ['a'] }), { wait: 'edges' })
      app.put('/a', named, (_, response) => void response.send('done'))
    })
    await cache.set('a', 1)
    expect((await ask(url, 'PUT', '/a')).body).toBe('done')
    expect(cache.peek('a')).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining("`wait` is 'edges'")])
  })

  it('is not answered twice by a handler that ends it twice', async () => {
    const { url } = await shop((app, writes) => {
      app.put(
        '/a',
        writes.invalidates(() => ({ keys: ['a'] }), { wait: 'local' }),
        (_, response) => {
          response.end('one')
          response.end('two')
        },
      )
    })
    expect((await ask(url, 'PUT', '/a')).body).toBe('one')
  })
})
