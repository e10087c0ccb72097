import { setTimeout as sleep } from 'node:timers/promises'
import { type TieredCache, createTieredCache } from '../../server/cache/tiered-cache.ts'
import type { CompleteInvalidation, Invalidation } from '../../server/log/invalidation.ts'
import { Random } from '../fuzz/random.ts'
import { ModelDriver } from './model-driver.ts'
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
  for (const one of processes) one.fleet.push(...processes)
  const steps = Array.from({ length: 3 + random.below(6) }, async () => {
    const one = random.pick(processes)
    const key = random.pick(KEYS)
    const isWrite = random.chance(0.35)
    // A load takes six turns or more, and it must also be possible to come when it is nearly done.
    for (let turns = random.below(12); turns >= 0; turns -= 1) await scheduler.turn()
    await (isWrite ? one.write(key) : one.read(key))
  })
  await runUntil(scheduler, Promise.all(steps))
  // Everything that could be heard has been by now.
  const last = processes.flatMap((one) => KEYS.map((key) => one.read(key)))
  await runUntil(scheduler, Promise.all(last))
  await runUntil(scheduler, Promise.all(processes.map((one) => one.close())))
  const stale = processes.flatMap((one) => one.stale)[0]
  const reads = processes[0].reads + processes[1].reads
  return { reads, ...(stale === undefined ? {} : { stale }) }
}

/** Who waits for a lease that was lost on its way asks again after a few real milliseconds. */
async function runUntil(scheduler: Scheduler, done: Promise<unknown>): Promise<void> {
  let isDone = false
  void done.finally(() => (isDone = true))
  await scheduler.run()
  // oxlint-disable-next-line eslint/no-unmodified-loop-condition -- it is, by the promise above.
  while (!isDone) {
    await sleep(1)
    await scheduler.run()
  }
}

/** A process with a cache of its own, and what it may no longer see. */
class ModelProcess {
  reads = 0
  readonly stale: string[] = []
  /** All processes, this one too. */
  readonly fleet: ModelProcess[] = []
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
    const l2 = new ModelDriver(server)
    const redis = new ModelRedis(server, ({ seq, invalidation }) => {
      const before = this.#rowsAt[seq]
      for (const key of KEYS) if (covers(invalidation, key)) this.#promise(key, before?.get(key) ?? 0)
    })
    // So long that no real time comes into it, and no longer, since what waits for it is kept in memory.
    this.#cache = createTieredCache({ redis, l2, l2TimeoutMs: '5s', l1: { maxEntries: KEYS.length } })
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
    const wait = this.#random.chance(0.3) ? 'fleet' : 'local'
    // Nobody here takes what is stale, so what was expired must not be given either.
    const mode = this.#random.chance(0.3) ? 'expire' : 'delete'
    const asked = { ...invalidation, mode } as const
    const { acknowledged, missing } = await this.#cache.invalidate(asked, { wait, timeout: '1h' })
    if (!acknowledged) this.#hasQueued = true
    const all = wait === 'fleet' && missing.length === 0
    for (const one of all ? this.fleet : [this]) one.#promise(key, version)
  }

  /** What has nothing queued has no timer either, and may be left as it is; closing it takes longer than all the rest. */
  async close(): Promise<void> {
    if (this.#hasQueued) await this.#cache.close()
  }

  /** The row is read, and then the answer takes its time. */
  async #load(key: Key): Promise<number> {
    await this.#server.scheduler.turn()
    const version = this.#rows.get(key) ?? 0
    for (let turns = this.#random.below(6); turns >= 0; turns -= 1) await this.#server.scheduler.turn()
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
