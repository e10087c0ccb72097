import { afterEach, describe, expect, it, vi } from 'vitest'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { deferred } from '../../test/support/deferred.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { ownedGroup } from '../../policy/index.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { EdgeEvent } from './edge-event.ts'
import { EdgeFailure } from './edge-purger.ts'
import type { EdgesOptions } from './edge-options.ts'
import { createEdges } from './edges.ts'

const EDGES = { wait: 'edges', timeout: '20s' } as const
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

function open(edge = new HandMadeEdge(), options: Partial<EdgesOptions> = {}) {
  const cache = createTieredCache()
  const events: EdgeEvent[] = []
  const edges = createEdges({
    cache,
    edges: [edge],
    gatherMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
  })
  cleanUp.push(
    () => cache.close(),
    () => edges.close(),
  )
  const typesOf = () => events.map(({ type }) => type)
  return { cache, edge, edges, events, typesOf }
}

describe('what an edge is told', () => {
  it('is groups, URLs and everything, as they are invalidated', async () => {
    const { cache, edge } = open()
    await cache.invalidate({ groups: ['a'] }, EDGES)
    await cache.invalidate({ urls: ['https://shop.example/x?y=1#z'] }, EDGES)
    await cache.clear()
    await cache.invalidate({ groups: ['b'], mode: 'expire' }, EDGES)
    expect(edge.taken).toEqual([
      { kind: 'groups', names: ['a'], mode: 'delete' },
      { kind: 'urls', names: ['https://shop.example/x?y=1'], mode: 'delete' },
      { kind: 'everything', names: [], mode: 'delete' },
      { kind: 'groups', names: ['b'], mode: 'expire' },
    ])
  })

  it("is not what means nothing to it: keys, names for URLs of the response cache, what is one user's own", async () => {
    const { cache, edge } = open()
    const own = ownedGroup('cart', '0123456789abcdef01234567')
    await cache.invalidate({ keys: ['k'], groups: [`url-${'0'.repeat(32)}`, own] }, EDGES)
    await cache.invalidate({ prefixes: ['product:'] }, EDGES)
    expect(await cache.invalidate({ groups: [own, 'shelf'] }, EDGES)).toEqual({
      acknowledged: true,
      missing: [],
    })
    expect(edge.names).toEqual(['shelf'])
  })

  it('is gathered and named once, in the order in which it was invalidated, no more a request than the edge takes', async () => {
    const { cache, edge, edges } = open(new HandMadeEdge(), { gatherMs: 20 })
    await Promise.all(['a', 'b', 'a', 'c', 'd', 'b'].map((group) => cache.invalidate({ groups: [group] })))
    await cache.invalidate({ urls: ['https://a/1', 'https://a/2', 'https://a/1', 'https://a/3'] }, EDGES)
    expect(edge.taken.map(({ names }) => names)).toEqual([
      ['a', 'b', 'c'],
      ['d'],
      ['https://a/1', 'https://a/2'],
      ['https://a/3'],
    ])
    expect(await edges.status()).toEqual([
      {
        edge: 'edge',
        isHere: true,
        cursor: cache.feed.seq,
        lagMs: 0,
        waiting: 0,
        lastError: undefined,
        deadLetters: 0,
      },
    ])
  })

  it('is to let go of what is invalidated both ways', async () => {
    const { cache, edge } = open(new HandMadeEdge(), { gatherMs: 20 })
    void cache.invalidate({ groups: ['a', 'b'], mode: 'expire' })
    void cache.invalidate({ groups: ['a'] })
    await cache.invalidate({ groups: ['a'], mode: 'expire' }, EDGES)
    expect(edge.taken).toEqual([
      { kind: 'groups', names: ['a'], mode: 'delete' },
      { kind: 'groups', names: ['b'], mode: 'expire' },
    ])
  })

  it('is a deletion where it keeps nothing as stale', async () => {
    const { cache, edge } = open(new HandMadeEdge('edge', { expire: false }))
    await cache.invalidate({ groups: ['a'], mode: 'expire' }, EDGES)
    expect(edge.taken).toMatchObject([{ mode: 'delete' }])
  })

  it('is everything where there is too much to name', async () => {
    const { cache, edge, typesOf } = open(new HandMadeEdge(), { mostNames: 5 })
    const gate = deferred<void>()
    edge.before = () => gate.promise
    await cache.invalidate({ groups: ['a'] })
    await waitUntil(() => edge.asked === 1, 'the first request')
    for (let i = 0; i < 10; i += 1) await cache.invalidate({ groups: [`g${i}`] })
    gate.resolve()
    await cache.invalidate({ groups: ['z'] }, EDGES)
    expect(edge.names.slice(0, 2)).toEqual(['a', '*'])
    expect(typesOf().filter((type) => type === 'everything')).toHaveLength(1)
  })

  it('is named in pieces where it can not let go of everything', async () => {
    const { cache, edge } = open(new HandMadeEdge('edge', { everything: false }), {
      mostNames: 5,
      gatherMs: 20,
    })
    const groups = Array.from({ length: 23 }, (_, i) => `g${i}`)
    for (const group of groups) void cache.invalidate({ groups: [group] })
    await cache.invalidate({ groups: ['last'] }, EDGES)
    expect(edge.names).toEqual([...groups, 'last'])
  })

  it('is what the application names to it, and to no other edge', async () => {
    const [one, two] = [new HandMadeEdge('one'), new HandMadeEdge('two', { groups: false })]
    const { cache } = open(one, { edges: [one, { edge: two, purge: ['urls'] }] })
    await cache.invalidate({ groups: ['a'], urls: ['https://a/1'] }, EDGES)
    expect(one.names).toEqual(['a', 'https://a/1'])
    expect(two.names).toEqual(['https://a/1'])
  })
})

describe('an edge that refuses', () => {
  it('is not asked again where that is final: somebody has to look', async () => {
    const { cache, edge, edges, events } = open()
    edge.before = ({ names }) => {
      if (names.includes('bad'))
        throw new EdgeFailure('edge has answered 403.', { status: 403, isFinal: true })
    }
    const result = await cache.invalidate({ groups: ['bad'] }, EDGES)
    expect(result).toEqual({ acknowledged: true, missing: ['edge edge'] })
    expect(await cache.invalidate({ groups: ['good'] }, EDGES)).toMatchObject({ missing: [] })
    expect(edge.names).toEqual(['good'])
    const letter = {
      edge: 'edge',
      kind: 'groups',
      mode: 'delete',
      names: ['bad'],
      from: 1,
      to: 1,
      at: expect.any(Number),
      reason: 'edge has answered 403.',
      status: 403,
    }
    expect(await edges.deadLetters()).toEqual([letter])
    expect(events.find(({ type }) => type === 'dead-letter')).toEqual({
      type: 'dead-letter',
      edge: 'edge',
      letter,
    })
    expect(await edges.status()).toMatchObject([{ deadLetters: 1 }])
  })

  it('keeps no more dead letters than can be looked at', async () => {
    const { cache, edge, edges } = open()
    edge.before = () => {
      throw new EdgeFailure('no', { isFinal: true })
    }
    for (let i = 0; i < 130; i += 1) await cache.invalidate({ groups: [`g${i}`] }, EDGES)
    const letters = await edges.deadLetters()
    expect(letters).toHaveLength(100)
    expect(letters.at(-1)?.names).toEqual(['g129'])
  })

  it('is not waited for longer than was said', async () => {
    const { cache, edge } = open()
    edge.before = () => new Promise(() => {})
    const beganAtMs = performance.now()
    const result = await cache.invalidate({ groups: ['a'] }, { wait: 'edges', timeout: 60 })
    expect(result).toEqual({ acknowledged: true, missing: ['edge edge'] })
    expect(performance.now() - beganAtMs).toBeLessThan(5_000)
  })

  it('does not hold up the others', async () => {
    const [slow, quick] = [new HandMadeEdge('slow'), new HandMadeEdge('quick')]
    slow.before = () => new Promise(() => {})
    const { cache } = open(slow, { edges: [slow, quick] })
    const result = await cache.invalidate({ groups: ['a'] }, { wait: 'edges', timeout: 100 })
    expect(result.missing).toEqual(['edge slow'])
    expect(quick.names).toEqual(['a'])
  })

  it('is told of everything in place of what it has not taken yet', async () => {
    const { cache, edge } = open()
    let isDown = true
    edge.before = () => {
      if (isDown) throw new EdgeFailure('edge has answered 503.', { status: 503 })
    }
    await cache.invalidate({ groups: ['a'] })
    await waitUntil(() => edge.asked > 0, 'an attempt')
    await cache.clear()
    isDown = false
    await cache.invalidate({ keys: ['k'] }, EDGES)
    expect(edge.names).toEqual(['*'])
  })

  it('never has its secrets told by an error of another kind', async () => {
    const { cache, edge, events } = open()
    edge.before = () => {
      if (edge.asked === 1) throw new TypeError('"Bearer s3cret" is an invalid header value.')
    }
    await cache.invalidate({ groups: ['a'] }, EDGES)
    expect(events).toMatchObject([
      { type: 'purge-failed', reason: 'TypeError', attempt: 1 },
      { type: 'purged' },
    ])
  })
})

describe('closing', () => {
  it('waits for what has been invalidated, but not for ever, and asks nothing after that', async () => {
    const { cache, edge, edges } = open()
    await cache.invalidate({ groups: ['a'] })
    await edges.close()
    expect(edge.names).toEqual(['a'])
    await cache.invalidate({ groups: ['b'] })
    await expect(cache.invalidate({ groups: ['b'] }, EDGES)).rejects.toMatchObject({ code: 'option-invalid' })
    expect(edge.names).toEqual(['a'])
  })

  it('a listener that throws costs its own event', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    cleanUp.push(() => said.mockRestore())
    const { cache, edge } = open(new HandMadeEdge(), {
      onEvent: () => {
        throw new Error('mine')
      },
    })
    await cache.invalidate({ groups: ['a'] }, EDGES)
    expect(edge.names).toEqual(['a'])
    expect(said).toHaveBeenCalledOnce()
  })
})
