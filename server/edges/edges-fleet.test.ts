import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { type OpenOptions, useRedisCaches } from '../../test/support/redis-caches.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { serve } from '../../test/support/serve.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { EdgeEvent } from './edge-event.ts'
import { EdgeFailure } from './edge-purger.ts'
import type { EdgesOptions } from './edge-options.ts'
import { createEdges } from './edges.ts'

const fleet = useRedisCaches('edges')
const { namespace, url, cleanUp } = fleet
const EDGES = { wait: 'edges', timeout: '20s' } as const
/** A new fleet may have members that nobody has heard of yet, for as long as these may trust what they hold. */
const HEARD_SOON = { maxLagMs: 400 }

/** A process of the fleet, and what its edge is asked by it. */
async function join(options: Partial<EdgesOptions> = {}, edge = new HandMadeEdge(), more: OpenOptions = {}) {
  const { cache, redis } = await fleet.openReady(HEARD_SOON, more)
  const events: EdgeEvent[] = []
  const edges = createEdges({
    cache,
    redis,
    namespace: namespace(),
    edges: [edge],
    leaseMs: 1_500,
    gatherMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
  })
  cleanUp(() => edges.close())
  const isHere = async () => (await edges.status())[0]?.isHere ?? false
  return { cache, redis, edge, edges, events, isHere }
}

/** Waits until the lease of the edge has been renewed. */
async function untilRenewed(redis: Redis) {
  const left = () => redis.pttl(`{${namespace()}}:edge:edge:lease`)
  let lastMs = await left()
  await waitUntil(async () => {
    const [beforeMs, nowMs] = [lastMs, await left()]
    lastMs = nowMs
    return nowMs > beforeMs
  }, 'a renewal')
}

/** Two of them, the first of which does the work and has emptied the edge. */
async function joinTwo() {
  const one = await join()
  await waitUntil(() => one.edge.names.length === 1, 'the edge to be emptied')
  return [one, await join()] as const
}

describe('a fleet and an edge', () => {
  it('an edge of which nothing is known is emptied first', async () => {
    const { cache, edge, events } = await join()
    expect(await cache.invalidate({ groups: ['a'] }, EDGES)).toMatchObject({ missing: [] })
    expect(edge.names[0]).toBe('*')
    expect(events).toContainEqual({ type: 'everything', edge: 'edge', reason: 'first' })
  })

  it('is served by one process, whoever invalidates, and all can wait for it', async () => {
    const [one, two] = await joinTwo()
    for (const group of ['a', 'b', 'c']) {
      expect(await two.cache.invalidate({ groups: [group] }, EDGES)).toEqual({
        acknowledged: true,
        missing: [],
      })
      expect(one.edge.names).toContain(group)
    }
    expect(one.edge.names).toEqual(['*', 'a', 'b', 'c'])
    expect(two.edge.names).toEqual([])
    expect(await two.edges.status()).toMatchObject([{ isHere: false, waiting: 0 }])
    expect(await one.edges.status()).toMatchObject([{ isHere: true, waiting: 0 }])
  })

  it('whoever waits where the work is not done is not kept waiting by keys, which no edge is told of', async () => {
    const [one, two] = await joinTwo()
    expect(await two.cache.invalidate({ keys: ['k'] }, EDGES)).toMatchObject({ missing: [] })
    expect(await one.cache.invalidate({ prefixes: ['k'] }, EDGES)).toMatchObject({ missing: [] })
    expect(one.edge.names).toEqual(['*'])
  })

  it('whoever waits there hears of what the edge has not done, and of what it never will', async () => {
    const [one, two] = await joinTwo()
    one.edge.before = () => {
      throw new EdgeFailure('down', { status: 500 })
    }
    const late = await two.cache.invalidate({ groups: ['a'] }, { wait: 'edges', timeout: 50 })
    expect(late.missing).toContain('edge edge')
    expect(await two.edges.status()).toMatchObject([{ isHere: false, waiting: 1, lagMs: expect.any(Number) }])
    one.edge.before = () => {
      throw new EdgeFailure('wrong token', { status: 403, isFinal: true })
    }
    const never = await two.cache.invalidate({ groups: ['b'] }, EDGES)
    expect(never.missing).toEqual(['edge edge'])
    expect((await two.edges.deadLetters()).flatMap(({ names }) => names)).toEqual(['a', 'b'])
  })

  it('is served by another one once the first closes, from where that one was', async () => {
    const [one, two] = await joinTwo()
    await one.cache.invalidate({ groups: ['a'] }, EDGES)
    await one.edges.close()
    await waitUntil(two.isHere, 'the other one to take over')
    expect(await two.cache.invalidate({ groups: ['b'] }, EDGES)).toMatchObject({ missing: [] })
    expect(two.edge.names).toEqual(['b'])
    expect(one.events.map(({ type }) => type)).not.toContain('dead-letter')
  })

  it('is served by who comes when nobody was there, and nothing of what came meanwhile is left out', async () => {
    const one = await join()
    await one.cache.invalidate({ groups: ['a'] }, EDGES)
    await one.edges.close()
    for (const group of ['b', 'c']) await one.cache.invalidate({ groups: [group] })
    await one.cache.invalidate({ keys: ['k'] })
    const two = await join()
    expect(await two.cache.invalidate({ groups: ['d'] }, EDGES)).toMatchObject({ missing: [] })
    expect(two.edge.names).toEqual(['b', 'c', 'd'])
  })

  it('is emptied by who comes when the log does not go back far enough', async () => {
    const one = await join()
    await one.cache.invalidate({ groups: ['a'] }, EDGES)
    await one.edges.close()
    await one.redis.xtrim(`{${namespace()}}:log`, 'MAXLEN', 0)
    for (const group of ['b', 'c', 'd']) await one.cache.invalidate({ groups: [group] })
    await one.redis.xtrim(`{${namespace()}}:log`, 'MAXLEN', 1)
    const two = await join()
    await two.cache.invalidate({ groups: ['e'] }, EDGES)
    expect(two.edge.names[0]).toBe('*')
    expect(two.events).toContainEqual({ type: 'everything', edge: 'edge', reason: 'reset' })
  })

  it('keeps up with the log while there is nothing to tell it', async () => {
    const one = await join()
    await one.cache.invalidate({ groups: ['a'] }, EDGES)
    for (let i = 0; i < 50; i += 1) await one.cache.invalidate({ keys: [`k${i}`] })
    const head = one.cache.feed.seq
    const key = `{${namespace()}}:edge:edge:cursor`
    await waitUntil(async () => Number(await one.redis.get(key)) >= head, 'the cursor to be renewed')
  })
})

describe('the process that serves an edge', () => {
  it('may be killed: another one goes on, and nothing is lost', async () => {
    const heard: string[] = []
    let isHanging = false
    const endpoint = await serve((request, response) => {
      void text(request).then((names) => {
        // The leader is killed before it hears that this was taken.
        if (isHanging) return
        heard.push(...names.split(' '))
        response.end()
      })
    })
    cleanUp(() => endpoint.close())
    const leader: ChildProcess = fork(
      fileURLToPath(new URL('../../test/support/edge-leader.ts', import.meta.url)),
      [url(), namespace(), endpoint.url],
      { execArgv: ['--import', 'tsx'] },
    )
    cleanUp(() => leader.kill('SIGKILL'))
    expect(await once(leader, 'message')).toEqual(['taken', undefined])
    const two = await join()
    await two.cache.invalidate({ groups: ['a'] }, EDGES)
    expect(heard).toContain('a')
    isHanging = true
    const groups = Array.from({ length: 30 }, (_, i) => `g${i}`)
    for (const group of groups) await two.cache.invalidate({ groups: [group] })
    // Its lease, and the cursor with it, is renewed while it waits for the edge.
    await untilRenewed(two.redis)
    const exited = once(leader, 'exit')
    leader.kill('SIGKILL')
    await exited
    expect(await two.cache.invalidate({ groups: ['last'] }, EDGES)).toMatchObject({ missing: [] })
    expect(two.edge.names).toEqual([...groups, 'last'])
  })

  it('may lose its turn while it is paused: then another one has it, and it does not take the cursor back', async () => {
    const [one, two] = await joinTwo()
    // What a pause looks like from outside.
    await one.redis.set(`{${namespace()}}:edge:edge:lease`, 'somebody else', 'PX', 2_000)
    await waitUntil(
      () => one.events.some((event) => event.type === 'turn' && event.outcome === 'lost'),
      'the loss',
    )
    const three = await two.cache.invalidate({ groups: ['a'] }, EDGES)
    expect(three.missing).toEqual([])
    expect([...one.edge.names, ...two.edge.names]).toContain('a')
  })

  it('goes on when Redis has been away', async () => {
    const [one, two] = await joinTwo()
    await one.redis.client('PAUSE', 700, 'ALL')
    const pending = two.cache.invalidate({ groups: ['a'] }, EDGES)
    expect((await pending).missing).toEqual([])
    expect([...one.edge.names, ...two.edge.names]).toContain('a')
  })

  it('empties the edge when Redis has lost its data, and goes on', async () => {
    const server = await RedisServer.start()
    cleanUp(() => server.kill())
    const one = await join({}, new HandMadeEdge(), { url: server.url, retryMs: 20 })
    await waitUntil(() => one.edge.names.join() === '*', 'the edge to be emptied the first time')
    await one.cache.invalidate({ groups: ['a'] }, EDGES)
    expect(one.edge.names).toEqual(['*', 'a'])
    await server.restart()
    await waitUntil(() => one.edge.names.at(-1) === '*', 'the edge to be emptied')
    let before = 0
    await waitUntil(async () => {
      before = one.edge.names.length
      return (await one.cache.invalidate({ groups: ['b'] }, EDGES)).missing.length === 0
    }, 'the next purge')
    // The log may have been begun anew once more behind it: then it went with everything.
    expect(one.edge.names.slice(before)).toSatisfy(
      (names: string[]) => names.includes('b') || names.includes('*'),
    )
  })

  it('works where the client gathers commands of its own accord, and with a prefix', async () => {
    const { cache, redis } = await fleet.openReady(HEARD_SOON)
    const gathering = redis.duplicate({ enableAutoPipelining: true, keyPrefix: 'p:' })
    cleanUp(() => gathering.disconnect())
    await waitUntil(() => gathering.status === 'ready', 'the connection')
    const edge = new HandMadeEdge()
    const edges = createEdges({ cache, redis: gathering, namespace: namespace(), edges: [edge], gatherMs: 0 })
    cleanUp(() => edges.close())
    expect(await cache.invalidate({ groups: ['a'] }, EDGES)).toMatchObject({ missing: [] })
    expect(await redis.keys(`p:{${namespace()}}:edge:*`)).toHaveLength(2)
  })
})

describe('without being given the Redis of its cache', () => {
  it('one process does the work for all', async () => {
    const edge = new HandMadeEdge()
    const [one, two] = [await fleet.openReady(HEARD_SOON), await fleet.openReady(HEARD_SOON)]
    const both = [one, two].map(({ cache }) => createEdges({ cache, edges: [edge] }))
    await one.cache.invalidate({ groups: ['a'] }, { wait: 'edges' })
    const statuses = await Promise.all(both.map((edges) => edges.status()))
    expect(statuses.flat().filter(({ isHere }) => isHere)).toHaveLength(1)
    await Promise.all(both.map((edges) => edges.close()))
  })
})
