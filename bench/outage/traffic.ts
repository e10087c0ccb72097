import { type RecordableHistogram, createHistogram } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Load, Subject } from '../cache/subject.ts'

/** Requests at a steady rate, whatever becomes of them: every other one for a key that is held, the rest for new keys. */
export interface Traffic {
  readonly seconds: number
  readonly requestsPerSecond: number
  /** Goes before the new keys. */
  readonly prefix: string
}

/** Times of what was answered; a percentile is left out where it falls on a request that was not. */
interface Latency {
  readonly answered: number
  readonly p50Ms?: number
  readonly p99Ms?: number
  readonly maxMs?: number
  /** Still waiting `GRACE_MS` after the last request. */
  readonly hanging: number
}

export interface TrafficReport {
  /** Answered without a load. */
  readonly hit: Latency
  /** Answered by a load, also one for a key that had been held, or one that another caller had begun. */
  readonly miss: Latency
  /** The part of the requests for held keys that had to be loaded again. */
  readonly reloaded: number
  readonly errors: number
}

export const HOT_PREFIX = 'hot:'
export const HOT_KEYS = 100
export const LOAD_MS = 5
const GRACE_MS = 1_000
const TICK_MS = 5

/** Sends traffic through a cache that holds the hot keys. */
export async function sendTraffic(subject: Subject, traffic: Traffic): Promise<TrafficReport> {
  const { seconds, requestsPerSecond, prefix } = traffic
  const meter = new Meter()
  const loads = new Map<string, number>()
  const ask = (key: string, isHot: boolean): void => {
    const load: Load = async () => {
      // A new key is never asked for again; a note of each would be growth of our own.
      if (isHot) loads.set(key, (loads.get(key) ?? 0) + 1)
      await sleep(LOAD_MS)
      if (isHot) loads.set(key, (loads.get(key) ?? 0) + 1)
      return { id: key, priceCents: 250 }
    }
    const before = loads.get(key) ?? 0
    const wasLoading = before % 2 === 1
    meter.watch(
      isHot,
      subject.getOrSet(key, load),
      () => !isHot || wasLoading || (loads.get(key) ?? 0) !== before,
    )
  }
  const startMs = performance.now()
  const total = Math.round(seconds * requestsPerSecond)
  let sent = 0
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * requestsPerSecond) / 1_000))
    for (; sent < due; sent += 1) {
      if (sent % 2 === 0) ask(`${HOT_PREFIX}${(sent / 2) % HOT_KEYS}`, true)
      else ask(`${prefix}:${sent}`, false)
    }
    await sleep(TICK_MS)
  }
  await sleep(GRACE_MS)
  return meter.report()
}

class Meter {
  readonly #hit = createHistogram()
  readonly #miss = createHistogram()
  #waitingHot = 0
  #waitingNew = 0
  #hot = 0
  #reloads = 0
  #errors = 0

  watch(isHot: boolean, answer: Promise<unknown>, wasLoaded: () => boolean): void {
    const startMs = performance.now()
    this.#count(isHot, 1)
    answer
      .then(
        () => {
          const isLoaded = wasLoaded()
          if (isHot) this.#hot += 1
          if (isHot && isLoaded) this.#reloads += 1
          const tookNs = Math.max(1, Math.round((performance.now() - startMs) * 1e6))
          ;(isLoaded ? this.#miss : this.#hit).record(tookNs)
        },
        () => (this.#errors += 1),
      )
      .finally(() => this.#count(isHot, -1))
  }

  report(): TrafficReport {
    return {
      hit: latency(this.#hit, this.#waitingHot),
      miss: latency(this.#miss, this.#waitingNew),
      reloaded: this.#hot === 0 ? 0 : this.#reloads / this.#hot,
      errors: this.#errors,
    }
  }

  #count(isHot: boolean, change: 1 | -1): void {
    if (isHot) this.#waitingHot += change
    else this.#waitingNew += change
  }
}

function latency(times: RecordableHistogram, hanging: number): Latency {
  const p50Ms = percentileMs(times, 50, hanging)
  const p99Ms = percentileMs(times, 99, hanging)
  const maxMs = percentileMs(times, 100, hanging)
  return {
    answered: times.count,
    hanging,
    ...(p50Ms === undefined ? {} : { p50Ms }),
    ...(p99Ms === undefined ? {} : { p99Ms }),
    ...(maxMs === undefined ? {} : { maxMs }),
  }
}

/** A percentile of all requests, of which those that hang took longest. */
function percentileMs(times: RecordableHistogram, percent: number, hanging: number): number | undefined {
  const rank = (percent * (times.count + hanging)) / times.count
  return times.count > 0 && rank <= 100 ? times.percentile(rank) / 1e6 : undefined
}
