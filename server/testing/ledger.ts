import type { HistoryEvent, InvalidationEvent, WriteEvent } from './history-event.ts'
import { Promises } from './promises.ts'

/** What was promised to whom, as the writes and invalidations of a history have it. */
export class Ledger {
  /** How many promises there are. */
  size = 0
  /** By key: to all processes, since the invalidation was acknowledged. */
  readonly #fleet = new Map<string, Promises>()
  /** By process and key: to the process that invalidated, since it was answered. */
  readonly #own = new Map<string, Map<string, Promises>>()

  constructor(history: Iterable<HistoryEvent>, clockErrorMs: number) {
    const writes = new Map<string, WriteEvent[]>()
    const deliveries = new Map<string, number[]>()
    const invalidations: InvalidationEvent[] = []
    for (const event of history) {
      if (event.type === 'write') entryOf(writes, event.key, () => []).push(event)
      else if (event.type === 'delivery') entryOf(deliveries, event.process, () => []).push(event.atMs)
      else if (event.type === 'invalidation') invalidations.push(event)
    }
    const written = new Map([...writes].map(([key, events]) => [key, new Written(events, clockErrorMs)]))
    for (const times of deliveries.values()) times.sort((a, b) => a - b)
    for (const invalidation of invalidations) {
      const { process, endedAtMs } = invalidation
      const acknowledgedAtMs = invalidation.acknowledged
        ? endedAtMs
        : deliveries.get(process)?.find((atMs) => atMs >= endedAtMs)
      for (const key of invalidation.keys) {
        const version = written.get(key)?.versionBefore(invalidation)
        if (version === undefined || version === Number.NEGATIVE_INFINITY) continue
        this.#promise(process, key, version, endedAtMs, acknowledgedAtMs)
      }
    }
  }

  fleet(key: string): Promises | undefined {
    return this.#fleet.get(key)
  }

  own(process: string, key: string): Promises | undefined {
    return this.#own.get(process)?.get(key)
  }

  #promise(
    process: string,
    key: string,
    version: number,
    endedAtMs: number,
    acknowledgedAtMs: number | undefined,
  ): void {
    this.size += 1
    const own = entryOf(this.#own, process, () => new Map<string, Promises>())
    entryOf(own, key, () => new Promises()).add(endedAtMs, version)
    if (acknowledgedAtMs === undefined) return
    entryOf(this.#fleet, key, () => new Promises()).add(acknowledgedAtMs, version)
  }
}

/** The writes of one key. */
class Written {
  readonly #clockErrorMs: number
  readonly #all = new Promises()
  readonly #byProcess = new Map<string, Promises>()

  constructor(events: readonly WriteEvent[], clockErrorMs: number) {
    this.#clockErrorMs = clockErrorMs
    for (const { process, endedAtMs, version } of events) {
      this.#all.add(endedAtMs, version)
      entryOf(this.#byProcess, process, () => new Promises()).add(endedAtMs, version)
    }
  }

  /** The highest version that was surely there before the invalidation began. */
  versionBefore({ process, beganAtMs }: InvalidationEvent): number {
    const own = this.#byProcess.get(process)?.highestBefore(beganAtMs) ?? Number.NEGATIVE_INFINITY
    return Math.max(own, this.#all.highestBefore(beganAtMs - this.#clockErrorMs))
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = create()
  map.set(key, made)
  return made
}
