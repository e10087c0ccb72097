import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Clock, WAYS, cacheOn, serveCached } from '../../test/support/cached-app.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'

/** A page in a group, which counts how often it was made and may be down. */
function pages(
  state: { made: number; isDown: boolean; asked: unknown[] },
  cacheControl: string,
  body = 'page',
) {
  return (app: Express): void => {
    app.get('/a', (request, response) => {
      state.asked.push(request.get('if-none-match'))
      if (state.isDown) {
        response.status(503).send('down')
        return
      }
      state.made += 1
      response.set({ 'Cache-Control': cacheControl, 'Cache-Groups': '"g"', ETag: `"${state.made}"` })
      response.send(`${body} ${state.made}`)
    })
    app.get('/same', (request, response) => {
      state.asked.push(request.get('if-none-match'))
      response.set({ 'Cache-Control': cacheControl, 'Cache-Groups': '"g"', ETag: '"same"' }).send('same')
    })
  }
}

const begin = () => ({ made: 0, isDown: false, asked: [] as unknown[] })
const GROUP = { groups: ['g'], mode: 'expire' } as const

describe.each(WAYS)('through %s, a stored response that was expired', (way) => {
  it.each([
    ['its group', GROUP],
    ['everything', { prefixes: [''], mode: 'expire' } as const],
  ])('with %s, is validated before it is given again, and then fresh', async (_, what) => {
    const state = begin()
    const site = await serveCached(way, pages(state, 'public, max-age=60'))
    await site.get('/same')
    expect((await site.get('/same')).trace).toContain('hit')
    await site.cache.invalidate(what)
    const validated = await site.get('/same')
    expect(validated).toMatchObject({ status: 200, body: 'same' })
    expect(validated.trace).toContain('fwd=stale; fwd-status=304')
    expect(state.asked).toEqual([undefined, '"same"'])
    expect((await site.get('/same')).trace).toContain('hit; ttl=60')
    expect(site.calls).toBe(2)
  })

  it('by its URL, is made anew', async () => {
    const state = begin()
    const site = await serveCached(way, pages(state, 'public, max-age=60'))
    const host = { host: 'shop.example' }
    await site.get('/a', host)
    await site.cache.invalidate({ urls: ['https://shop.example/a'], mode: 'expire' })
    expect((await site.get('/a', host)).body).toBe('page 2')
    expect((await site.get('/a', host)).trace).toContain('hit')
  })

  it.each([
    ['small', 'page'],
    ['large, so that its body is kept apart,', 'page'.repeat(10_000)],
  ])(
    'and is %s is given within stale-while-revalidate, counted from then, while one request renews it',
    async (_, body) => {
      const state = begin()
      const site = await serveCached(
        way,
        pages(state, 'public, max-age=600, stale-while-revalidate=30', body),
      )
      await site.get('/a')
      site.clock.forward(100)
      await site.cache.invalidate(GROUP)
      site.clock.forward(20)
      const stale = await site.get('/a')
      expect(stale.body).toBe(`${body} 1`)
      expect(stale.trace).toContain('hit; ttl=-20')
      await waitUntil(async () => (await site.get('/a')).body === `${body} 2`, 'the new one')
      await site.cache.invalidate(GROUP)
      site.clock.forward(31)
      expect((await site.get('/a')).body).toBe(`${body} 3`)
    },
  )

  it('stands in for a failed one within stale-if-error, and not after that', async () => {
    const state = begin()
    const site = await serveCached(way, pages(state, 'public, max-age=600, stale-if-error=60'))
    await site.get('/a')
    await site.cache.invalidate(GROUP)
    state.isDown = true
    expect(await site.get('/a')).toMatchObject({ status: 200, body: 'page 1' })
    site.clock.forward(61)
    expect(await site.get('/a')).toMatchObject({ status: 503 })
  })

  it('is never given without a word from the application where it forbids what is stale', async () => {
    const state = begin()
    const words = 'public, max-age=600, must-revalidate, stale-if-error=60, stale-while-revalidate=60'
    const site = await serveCached(way, pages(state, words))
    await site.get('/a')
    await site.cache.invalidate(GROUP)
    state.isDown = true
    expect(await site.get('/a')).toMatchObject({ status: 503 })
  })

  it('and deleted after that is gone', async () => {
    const state = begin()
    const site = await serveCached(way, pages(state, 'public, max-age=600, stale-if-error=60'))
    await site.get('/a')
    await site.cache.invalidate(GROUP)
    await site.cache.invalidate({ groups: ['g'] })
    state.isDown = true
    expect(await site.get('/a')).toMatchObject({ status: 503 })
  })
})

describe('in another process', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.kill())

  it('a response that was expired is stale too, from L1 and from L2', async () => {
    const clock = new Clock()
    const state = begin()
    const build = pages(state, 'public, max-age=600, stale-if-error=60')
    const [one, two] = await Promise.all(
      [1, 2].map(async () =>
        serveCached('responseCache', build, { cache: await cacheOn(server.url, clock), clock }),
      ),
    )
    const host = { host: 'shop.example' }
    await one?.get('/a', host)
    await waitUntil(async () => ((await two?.get('/a', host))?.trace ?? '').includes('hit'), 'it in L2')
    await one?.cache.invalidate(GROUP, { wait: 'local' })
    const fresh = await serveCached('responseCache', build, {
      cache: await cacheOn(server.url, clock),
      clock,
    })
    state.isDown = true
    for (const site of [one, two, fresh]) {
      await waitUntil(
        async () => ((await site?.get('/a', host))?.trace ?? '').includes('stale-if-error'),
        'the stale one',
      )
    }
    state.isDown = false
    const before = state.made
    expect((await two?.get('/a', host))?.body).toBe(`page ${before + 1}`)
  })
})
