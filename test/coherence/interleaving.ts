import { type TieredCache, createTieredCache } from '../../server/cache/tiered-cache.ts'
import type { CompleteInvalidation, Invalidation } from '../../server/log/invalidation.ts'
import { Random } from '../fuzz/random.ts'
import { ModelRedis, ModelServer } from './model-redis.ts'
import { Scheduler } from './scheduler.ts'

const KEYS = ['a:1', 'b:1'] as const
type Key = (typeof KEYS)[number]
const GROUPS: Readonly<Record<Key, string>> = { 'a:1': 'x', 'b:1': 'x' }

/** Some steps in two processes, in an order that the seed decides: the first stale read that came of it, if any. */
export async function runInterleaving(seed: number): Promise<{ stale?: string; reads: number }> {
  const random = new Random(Math.imul(seed, 0x9e_37_79_b1))
  const scheduler = new Scheduler(random)
  const rows = new Map<Key, number>()
  const server = new ModelServer(scheduler, random)
  const processes = [new ModelProcess(server, rows, random), new ModelProcess(server, rows, random)] as const
  const steps = Array.from({ length: 3 + random.below(6) }, async () => {
    const one = random.pick(processes)
    const key = random.pick(KEYS)
    const isWrite = random.chance(0.35)
    await scheduler.turn()
    await (isWrite ? one.write(key) : one.read(key))
  })
  await scheduler.run()
  await Promise.all(steps)
  // Everything that could be heard has been by now.
  const last = processes.flatMap((one) => KEYS.map((key) => one.read(key)))
  await scheduler.run()
  await Promise.all(last)
  await Promise.all([...processes.map((one) => one.close()), scheduler.run()])
  const stale = processes.flatMap((one) => one.stale)[0]
  const reads = processes[0].reads + processes[1].reads
  return { reads, ...(stale === undefined ? {} : { stale }) }
}

/** A process with a cache of its own, and what it may no longer see. */
class ModelProcess {
  reads = 0
  readonly stale: string[] = []
  readonly #server: ModelServer
  readonly #rows: Map<Key, number>
  readonly #random: Random
  readonly #cache: TieredCache
  readonly #promised = new Map<Key, number>()
  #hasQueued = false
  /** By sequence number: the rows as they were when that entry was appended. */
  readonly #rowsAt: (ReadonlyMap<Key, number> | undefined)[] = []

  constructor(server: ModelServer, rows: Map<Key, number>, random: Random) {
    this.#server = server
    this.#rows = rows
    this.#random = random
    server.onAppend.push((seq) => (this.#rowsAt[seq] = new Map(rows)))
    const redis = new ModelRedis(server, ({ seq, invalidation }) => {
      const before = this.#rowsAt[seq]
      for (const key of KEYS) if (covers(invalidation, key)) this.#promise(key, before?.get(key) ?? 0)
    })
    // So long that no real time comes into it.
    this.#cache = createTieredCache({ redis, l2TimeoutMs: '1h', l1: { maxEntries: KEYS.length } })
  }

  async read(key: Key): Promise<void> {
    const atLeast = this.#promised.get(key) ?? 0
    const groups = [GROUPS[key]]
    const value = await this.#cache.getOrSet(key, () => this.#load(key), {
      groups: this.#random.chance(0.5) ? groups : () => groups,
    })
    this.reads += 1
    if (value < atLeast) this.stale.push(`${key} was ${value} when it had to be ${atLeast}`)
  }

  async write(key: Key): Promise<void> {
    const version = (this.#rows.get(key) ?? 0) + 1
    this.#rows.set(key, version)
    const invalidation = this.#random.pick<Invalidation>([
      { keys: [key] },
      { groups: [GROUPS[key]] },
      { prefixes: [key.slice(0, 2)] },
    ])
    const { acknowledged } = await this.#cache.invalidate(invalidation)
    if (!acknowledged) this.#hasQueued = true
    this.#promise(key, version)
  }

  /** What has nothing queued has no timer either, and may be left as it is; closing it takes longer than all the rest. */
  async close(): Promise<void> {
    if (this.#hasQueued) await this.#cache.close()
  }

  /** The row is read, and then the answer takes its time. */
  async #load(key: Key): Promise<number> {
    await this.#server.scheduler.turn()
    const version = this.#rows.get(key) ?? 0
    await this.#server.scheduler.turn()
    return version
  }

  #promise(key: Key, version: number): void {
    this.#promised.set(key, Math.max(version, this.#promised.get(key) ?? 0))
  }
}

function covers({ keys, groups, prefixes }: CompleteInvalidation, key: Key): boolean {
  return (
    keys.includes(key) || groups.includes(GROUPS[key]) || prefixes.some((prefix) => key.startsWith(prefix))
  )
}
