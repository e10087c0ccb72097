import { describe, expect, it } from 'vitest'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { EdgeEvent } from './edge-event.ts'
import { EdgeFailure, type EdgeRate } from './edge-purger.ts'
import { type EdgeTiming, retryAfter } from './edge-timing.ts'
import { PurgeSender } from './purge-sender.ts'

const REQUEST = { kind: 'groups', names: ['a'], mode: 'delete' } as const

/** Time that passes only while somebody waits. */
class SkippingTiming implements EdgeTiming {
  readonly clock = new ManualClock(0)
  readonly waits: number[] = []
  now = (): number => this.clock.now()
  random = (): number => 0
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.waits.push(ms)
    this.clock.advance(ms)
    return Promise.resolve()
  }
}

function open(rate?: EdgeRate, timeoutMs = 10_000) {
  const edge = new HandMadeEdge('edge', {}, rate)
  const timing = new SkippingTiming()
  const events: EdgeEvent[] = []
  const abort = new AbortController()
  const sender = new PurgeSender({
    purger: edge,
    timeoutMs,
    timing,
    emit: (event) => events.push(event),
    signal: abort.signal,
  })
  return { edge, timing, events, sender, abort }
}

const always = () => true

describe('asking an edge', () => {
  it('waits as long as it says with a 429', async () => {
    const { edge, timing, events, sender } = open()
    edge.before = () => {
      if (edge.asked === 1)
        throw new EdgeFailure('edge has answered 429.', { status: 429, retryAfterMs: 17_000 })
    }
    expect(await sender.send(REQUEST, always)).toBe('taken')
    expect(timing.waits).toEqual([17_000])
    expect(events).toMatchObject([
      { type: 'purge-failed', edge: 'edge', status: 429, attempt: 1, retryMs: 17_000 },
      { type: 'purged', kind: 'groups', names: 1 },
    ])
    expect(sender.lastError).toBe(undefined)
  })

  it('asks a failing one less and less often, and goes on until it is back', async () => {
    const { edge, timing, sender } = open()
    // A minute of 500.
    edge.before = () => {
      if (timing.now() < 60_000) throw new EdgeFailure('edge has answered 500.', { status: 500 })
    }
    expect(await sender.send(REQUEST, always)).toBe('taken')
    expect(timing.waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
    expect(edge.names).toEqual(['a'])
  })

  it('gives up at once on what will never be taken', async () => {
    const { edge, timing, sender } = open()
    edge.before = () => {
      throw new EdgeFailure('edge has answered 403. Give it a token that may purge.', {
        status: 403,
        isFinal: true,
      })
    }
    expect(await sender.send(REQUEST, always)).toMatchObject({
      report: { reason: 'edge has answered 403. Give it a token that may purge.', status: 403 },
      isFinal: true,
      maySplit: false,
    })
    expect(timing.waits).toEqual([])
    expect(sender.lastError).toMatchObject({ status: 403 })
  })

  it('does not repeat as it is what may be taken in parts, but waits as long as it is asked to', async () => {
    const { edge, timing, events, sender } = open()
    const names = ['a', 'b']
    edge.before = () => {
      const about = { status: 429, retryAfterMs: 5_000, isOfNames: true }
      throw new EdgeFailure('edge has answered 429.', about)
    }
    expect(await sender.send({ ...REQUEST, names }, always)).toMatchObject({ isFinal: false, maySplit: true })
    expect([edge.asked, timing.waits]).toEqual([1, [5_000]])
    expect(events).toMatchObject([{ type: 'purge-failed', status: 429, retryMs: 5_000 }])
  })

  it('stops where another process does the work by now, or this one is to end', async () => {
    const { edge, sender, abort, timing } = open()
    edge.before = () => {
      throw new EdgeFailure('no')
    }
    expect(await sender.send(REQUEST, () => edge.asked < 3)).toBe('stopped')
    expect(edge.asked).toBe(3)
    edge.before = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
        abort.abort()
      })
    expect(await sender.send(REQUEST, always)).toBe('stopped')
    expect(timing.waits).toHaveLength(3)
  })

  it('takes silence for a failure, also where the purger takes no notice of its signal', async () => {
    const { edge, events, sender } = open(undefined, 20)
    edge.before = () => (edge.asked === 1 ? new Promise(() => {}) : undefined)
    expect(await sender.send(REQUEST, always)).toBe('taken')
    expect(events[0]).toMatchObject({ type: 'purge-failed', reason: 'edge has not answered within 20 ms.' })
  })

  it('keeps to the rate: some at once after a rest, and then so many a second', async () => {
    const { edge, timing, sender } = open({ perSecond: 10, burst: 3 })
    const at: number[] = []
    edge.before = () => void at.push(timing.now())
    for (let i = 0; i < 6; i += 1) await sender.send(REQUEST, always)
    timing.clock.advance(10_000)
    for (let i = 0; i < 4; i += 1) await sender.send(REQUEST, always)
    expect(at).toEqual([0, 0, 0, 100, 200, 300, 10_300, 10_300, 10_300, 10_400])
  })
})

describe('asking an edge for what has time', () => {
  it('takes no turn of what has none: it waits for the rate, for what the edge has asked for, and longer after each failure', async () => {
    const { edge, timing, sender } = open({ perSecond: 1, burst: 1 })
    expect(await sender.sendOnce(REQUEST, always)).toBe('taken')
    expect([await sender.sendOnce(REQUEST, always), sender.restMs]).toEqual(['stopped', 1_000])
    edge.before = () => {
      throw new EdgeFailure('no')
    }
    const rests: number[] = []
    for (let i = 0; i < 6; i += 1) {
      timing.clock.advance(Math.max(sender.restMs, 1_000))
      await sender.sendOnce(REQUEST, always)
      rests.push(sender.restMs)
    }
    expect(rests).toEqual([1_000, 1_000, 1_000, 2_000, 4_000, 8_000])
    expect(timing.waits).toEqual([])
    edge.before = () => {}
    // What has no time is not held up by that, only by the rate.
    expect(await sender.send(REQUEST, always)).toBe('taken')
    expect(timing.waits).toEqual([1_000])
  })

  it('keeps to the `Retry-After` that it was answered, also with what comes next', async () => {
    const { edge, timing, sender } = open()
    edge.before = () => {
      if (edge.asked === 1) throw new EdgeFailure('429', { status: 429, retryAfterMs: 17_000 })
    }
    expect(await sender.sendOnce(REQUEST, always)).toBe('stopped')
    expect(await sender.send(REQUEST, always)).toBe('taken')
    expect(timing.waits).toEqual([17_000])
  })

  it('is done by nobody who may not go on', async () => {
    const { edge, sender } = open()
    expect(await sender.sendOnce(REQUEST, () => false)).toBe('stopped')
    expect(edge.asked).toBe(0)
  })
})

describe('when to ask again', () => {
  it('is spread at random, over half of it at most', () => {
    expect(retryAfter(3, undefined, () => 0)).toBe(1_000)
    expect(retryAfter(3, undefined, () => 0.999_999)).toBe(501)
  })

  it('is never sooner than was asked for, nor later than an hour', () => {
    expect(retryAfter(1, 5_000, () => 0)).toBe(5_000)
    expect(retryAfter(9, 1, () => 0)).toBe(30_000)
    expect(retryAfter(1, 1e12, () => 0)).toBe(3_600_000)
    expect(retryAfter(1, Number.NaN, () => 0)).toBe(250)
  })
})
