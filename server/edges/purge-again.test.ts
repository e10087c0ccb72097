import { afterEach, describe, expect, it } from 'vitest'
import { deferred } from '../../test/support/deferred.ts'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { EdgeEvent } from './edge-event.ts'
import { EdgeFailure, type EdgeRate } from './edge-purger.ts'
import type { EdgeTiming } from './edge-timing.ts'
import { SoleTurn } from './edge-turn.ts'
import { EdgeWorker } from './edge-worker.ts'

const AGAIN_MS = 5_000
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step()
})

/** Time that passes when it is told to, and wakes those whose time has come. */
class HeldTiming implements EdgeTiming {
  readonly clock = new ManualClock(0)
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()
  now = (): number => this.clock.now()
  random = (): number => 0
  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const sleeper = { untilMs: this.now() + ms, wake: resolve }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(new Error('aborted'))
      })
    })

  /** Whether somebody sleeps until then, so that there is nothing else to do. */
  sleepsUntil(atMs: number): boolean {
    return [...this.#sleepers].some(({ untilMs }) => untilMs === atMs)
  }

  advance(ms: number): void {
    this.clock.advance(ms)
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.now()) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}

function open({ againMs = AGAIN_MS, rate = undefined as EdgeRate | undefined, mostNames = 100 } = {}) {
  const cache = createTieredCache()
  const edge = new HandMadeEdge('edge', {}, rate)
  const timing = new HeldTiming()
  const events: EdgeEvent[] = []
  const turn = new SoleTurn()
  const worker = new EdgeWorker({
    edge: { purger: edge, purge: new Set(['groups', 'urls']) },
    feed: cache.feed,
    turn: () => turn,
    isShared: false,
    gatherMs: 0,
    againMs,
    timeoutMs: 10_000,
    mostNames,
    timing,
    emit: (event) => events.push(event),
  })
  worker.start()
  cleanUp.push(
    () => cache.close(),
    () => worker.close(),
  )
  const purged = (...names: string[]) => waitUntil(() => edge.names.join() === names.join(), names.join())
  const asleepUntil = (atMs: number) => waitUntil(() => timing.sleepsUntil(atMs), `sleep until ${atMs}`)
  return { cache, edge, timing, events, worker, turn, purged, asleepUntil }
}

describe('what an edge has let go of', () => {
  it('is purged once more, as it was, and then not again', async () => {
    const { cache, edge, timing, events, worker, purged, asleepUntil } = open()
    await cache.invalidate({ groups: ['a'], urls: ['https://shop.example/x'] })
    await cache.invalidate({ groups: ['b'], mode: 'expire' })
    await purged('a', 'https://shop.example/x', 'b')
    await asleepUntil(AGAIN_MS)
    // Nobody waits for it.
    expect([worker.position, worker.waitsSinceMs]).toEqual([cache.feed.seq, undefined])
    timing.advance(AGAIN_MS - 1)
    expect(edge.asked).toBe(3)
    timing.advance(1)
    await waitUntil(() => edge.taken.length === 6, 'the second purges')
    expect(edge.taken.slice(3)).toEqual([
      { kind: 'groups', names: ['a'], mode: 'delete' },
      { kind: 'groups', names: ['b'], mode: 'expire' },
      { kind: 'urls', names: ['https://shop.example/x'], mode: 'delete' },
    ])
    const again = events.map((event) => event.type === 'purged' && event.again === true)
    expect(again).toEqual([false, false, false, true, true, true])
    await cache.invalidate({ groups: ['c'] })
    await asleepUntil(2 * AGAIN_MS)
    expect(edge.names.slice(6)).toEqual(['c'])
  })

  it('is purged once more after the last purge, when there are several', async () => {
    const { cache, edge, timing, purged, asleepUntil } = open()
    for (const count of [1, 2, 3]) {
      await cache.invalidate({ groups: ['a'] })
      await purged(...Array.from({ length: count }, () => 'a'))
      await asleepUntil((count - 1) * 3_000 + AGAIN_MS)
      if (count < 3) timing.advance(3_000)
    }
    timing.advance(AGAIN_MS - 1)
    expect(edge.asked).toBe(3)
    timing.advance(1)
    await purged('a', 'a', 'a', 'a')
    expect(edge.asked).toBe(4)
  })

  it('goes with what is new where there is room, and after it where there is none', async () => {
    const { cache, edge, timing, purged, asleepUntil } = open()
    await cache.invalidate({ groups: ['a', 'b'] })
    await purged('a', 'b')
    await asleepUntil(AGAIN_MS)
    timing.clock.advance(AGAIN_MS)
    await cache.invalidate({ groups: ['new'] })
    await purged('a', 'b', 'new', 'a', 'b')
    expect(edge.taken.map(({ names }) => names)).toEqual([
      ['a', 'b'],
      ['new', 'a', 'b'],
    ])
    await asleepUntil(2 * AGAIN_MS)
    timing.clock.advance(AGAIN_MS)
    await cache.invalidate({ groups: ['c', 'd', 'e'] })
    await purged('a', 'b', 'new', 'a', 'b', 'c', 'd', 'e', 'new')
  })

  it('everything too, in place of all that was due by then', async () => {
    const { cache, edge, timing, purged, asleepUntil } = open()
    await cache.invalidate({ groups: ['a'] })
    await purged('a')
    await cache.clear()
    await purged('a', '*')
    await asleepUntil(AGAIN_MS)
    timing.advance(1_000)
    await cache.invalidate({ groups: ['b'] })
    await purged('a', '*', 'b')
    timing.advance(AGAIN_MS - 1_000)
    await purged('a', '*', 'b', '*')
    await asleepUntil(AGAIN_MS + 1_000)
    timing.advance(1_000)
    await purged('a', '*', 'b', '*', 'b')
    expect(edge.asked).toBe(5)
  })

  it('is not purged again where that is switched off', async () => {
    const { cache, edge, timing, purged } = open({ againMs: 0 })
    await cache.invalidate({ groups: ['a'] })
    await purged('a')
    timing.advance(1e9)
    await cache.invalidate({ groups: ['b'] })
    await purged('a', 'b')
    expect(edge.asked).toBe(2)
  })
})

describe('a second purge', () => {
  it('is repeated until it is taken, and holds up nothing that is new', async () => {
    const { cache, edge, timing, events, purged, asleepUntil } = open()
    await cache.invalidate({ groups: ['a'] })
    await purged('a')
    await asleepUntil(AGAIN_MS)
    edge.before = ({ names }) => {
      if (names[0] === 'a') throw new EdgeFailure('edge has answered 503.', { status: 503 })
    }
    timing.advance(AGAIN_MS)
    await asleepUntil(AGAIN_MS + 250)
    timing.advance(250)
    await asleepUntil(AGAIN_MS + 750)
    expect(events.at(-1)).toMatchObject({ type: 'purge-failed', attempt: 2, retryMs: 500 })
    await cache.invalidate({ urls: ['https://shop.example/new'] })
    await purged('a', 'https://shop.example/new')
    edge.before = () => {}
    timing.advance(500)
    await purged('a', 'https://shop.example/new', 'a')
  })

  it('follows a first one that was taken late', async () => {
    const { cache, edge, timing, purged, asleepUntil } = open()
    edge.before = () => {
      if (edge.asked === 1) throw new EdgeFailure('429', { status: 429, retryAfterMs: 60_000 })
    }
    await cache.invalidate({ groups: ['a'] })
    await asleepUntil(60_000)
    timing.advance(60_000)
    await purged('a')
    await asleepUntil(60_000 + AGAIN_MS)
    timing.advance(AGAIN_MS)
    await purged('a', 'a')
    expect(edge.asked).toBe(3)
  })

  it('is asked for only when the rate has a request to spare', async () => {
    const { cache, edge, timing, purged, asleepUntil } = open({ rate: { perSecond: 0.1, burst: 1 } })
    await cache.invalidate({ groups: ['a'] })
    await purged('a')
    await asleepUntil(10_000)
    timing.advance(9_000)
    expect(edge.asked).toBe(1)
    timing.advance(1_000)
    await purged('a', 'a')
    expect(edge.asked).toBe(2)
  })

  it('that is refused for good is a dead letter, and not tried again', async () => {
    const { cache, edge, timing, worker, turn, purged, asleepUntil } = open()
    await cache.invalidate({ groups: ['a', 'b'] })
    await purged('a', 'b')
    await asleepUntil(AGAIN_MS)
    edge.before = ({ names }) => {
      if (names.includes('b'))
        throw new EdgeFailure('edge has answered 400.', { status: 400, isFinal: true, isOfNames: true })
    }
    timing.advance(AGAIN_MS)
    await purged('a', 'b', 'a')
    await waitUntil(async () => (await turn.letters()).length > 0, 'the letter')
    expect(await turn.letters()).toMatchObject([{ names: ['b'], from: 1, to: 1, status: 400 }])
    expect(worker.position).toBe(1)
    await cache.invalidate({ groups: ['c'] })
    await asleepUntil(2 * AGAIN_MS)
    expect(edge.asked).toBe(5)
  })

  it('is lost with its process, which does not wait for it', async () => {
    const { cache, edge, worker, purged, asleepUntil } = open()
    await cache.invalidate({ groups: ['a'] })
    await purged('a')
    await asleepUntil(AGAIN_MS)
    await worker.close()
    expect(edge.asked).toBe(1)
  })

  it('is kept for so many names at most: the latest', async () => {
    const { cache, edge, timing, asleepUntil } = open({ mostNames: 3 })
    for (const group of ['a', 'b', 'c', 'd']) {
      await cache.invalidate({ groups: [group] })
      await waitUntil(() => edge.names.includes(group), group)
    }
    await asleepUntil(AGAIN_MS)
    timing.advance(AGAIN_MS)
    await waitUntil(() => edge.names.length === 7, 'the second purges')
    expect(edge.names).toEqual(['a', 'b', 'c', 'd', 'b', 'c', 'd'])
  })

  it('does not go on while something new is waiting', async () => {
    const { cache, edge, timing, asleepUntil } = open()
    for (const group of ['a', 'b', 'c', 'd']) await cache.invalidate({ groups: [group] })
    await waitUntil(() => edge.names.length === 4, 'the first purges')
    await asleepUntil(AGAIN_MS)
    const gate = deferred<void>()
    let isUnderWay = false
    edge.before = ({ names }) => {
      if (!names.includes('a')) return undefined
      isUnderWay = true
      return gate.promise
    }
    timing.advance(AGAIN_MS)
    await waitUntil(() => isUnderWay, 'a second purge to be under way')
    await cache.invalidate({ urls: ['https://shop.example/new'] })
    gate.resolve()
    await waitUntil(() => edge.names.length === 9, 'all of it')
    expect(edge.names.slice(4)).toEqual(['a', 'b', 'c', 'https://shop.example/new', 'd'])
  })
})
