import { afterEach, describe, expect, it } from 'vitest'
import { StatedCache } from '../../test/support/observed-cache.ts'
import { ask } from '../../test/support/cached-app.ts'
import { serve } from '../../test/support/serve.ts'
import { type HealthOptions, healthHandlers } from './health.ts'

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanup.splice(0)) await step()
})

async function site(cache: StatedCache, options?: HealthOptions) {
  const health = healthHandlers(cache, options)
  const { url, close } = await serve((request, response) => {
    const handler = request.url === '/livez' ? health.live : health.ready
    handler(request, response)
  })
  cleanup.push(close)
  return { health, url, ready: () => ask(url, 'GET', '/readyz'), live: () => ask(url, 'GET', '/livez') }
}

const WELL = new StatedCache().state

describe('readiness', () => {
  it('is 200 and `ready` while all is well', async () => {
    const { ready } = await site(new StatedCache())
    const answer = await ready()
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(answer.body)).toEqual({
      status: 'ready',
      l2: 'ready',
      breaker: 'closed',
      log: { isCaughtUp: true, lagMs: 12, pending: 0 },
    })
  })

  it.each([
    ['Redis is away', { ...WELL, l2: 'down' }],
    ['the breaker is open', { ...WELL, breaker: 'open' }],
    ['the log is not read to its end', { ...WELL, log: { ...WELL.log, isCaughtUp: false } }],
    ['invalidations wait for the log', { ...WELL, log: { ...WELL.log, pending: 3 } }],
  ] as const)('is 200 and `degraded` while %s, since the site goes on', async (_, state) => {
    const cache = new StatedCache()
    cache.state = state
    const answer = await (await site(cache)).ready()
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 'degraded',
      l2: state.l2,
      breaker: state.breaker,
    })
  })

  it('is `ready` without any L2', async () => {
    const cache = new StatedCache()
    cache.state = { ...WELL, l2: 'none' }
    expect(JSON.parse((await (await site(cache)).ready()).body)).toMatchObject({
      status: 'ready',
      l2: 'none',
    })
  })

  it('is 503 without L2 where L2 is required, and 200 once it is back', async () => {
    const cache = new StatedCache()
    const { ready } = await site(cache, { requireL2: true })
    cache.state = { ...WELL, l2: 'down' }
    const away = await ready()
    expect(away.status).toBe(503)
    expect(JSON.parse(away.body)).toMatchObject({ status: 'unready' })
    cache.state = WELL
    expect((await ready()).status).toBe(200)
  })

  it('is 503 from the moment that the process drains, and it still lives', async () => {
    const { health, ready, live } = await site(new StatedCache())
    health.drain()
    const answer = await ready()
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.body)).toMatchObject({ status: 'draining' })
    expect((await live()).status).toBe(200)
  })

  it('says `null` for the lag of a log that was never heard', async () => {
    const cache = new StatedCache()
    cache.state = { ...WELL, log: { lagMs: undefined, isCaughtUp: false, pending: 0 } }
    expect(JSON.parse((await (await site(cache)).ready()).body)).toMatchObject({ log: { lagMs: null } })
  })

  it('holds states and numbers only', async () => {
    const cache = new StatedCache()
    cache.counters.of('secret-policy').l1Hits += 1
    const { body } = await (await site(cache)).ready()
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['status', 'l2', 'breaker', 'log'])
    expect(cache.reads).toBe(0)
  })
})

describe('liveness', () => {
  it('is 200 whatever becomes of the cache, and asks nothing of it', async () => {
    const cache = new StatedCache()
    cache.status = () => {
      throw new Error('Nobody should have asked.')
    }
    const answer = await (await site(cache)).live()
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(answer.body)).toEqual({ status: 'live' })
  })
})

describe('both', () => {
  it('answer HEAD without a body, and refuse what would change something', async () => {
    const { url } = await site(new StatedCache())
    const head = await ask(url, 'HEAD', '/readyz')
    expect([head.status, head.body, Number(head.headers['content-length']) > 0]).toEqual([200, '', true])
    const post = await ask(url, 'POST', '/livez')
    expect([post.status, post.headers.allow, post.body]).toEqual([405, 'GET, HEAD', ''])
  })

  it('refuse what can’t work when they are made', () => {
    const without = new StatedCache()
    without.state = { ...WELL, l2: 'none' }
    expect(() => healthHandlers(without, { requireL2: true })).toThrow(/the cache has no L2/)
    expect(() => healthHandlers({} as StatedCache)).toThrow(/`cache: an object`/)
    expect(() => healthHandlers(without, { requireL2: 'yes' } as never)).toThrow(/`requireL2` is "yes"/)
    expect(() => healthHandlers(without, { requireRedis: true } as never)).toThrow(/requireRedis/)
  })
})
