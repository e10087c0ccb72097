import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Random } from '../fuzz/random.ts'
import type { RedisServer } from '../support/redis-server.ts'
import type { LinkFault } from './fault-proxy.ts'
import type { WorkerProcess } from './worker-process.ts'

/** What faults are done to. */
export interface Rig {
  readonly redis: RedisServer
  readonly workers: readonly WorkerProcess[]
  readonly maxLagMs: number
}

/** Strikes at random until it is stopped, and counts what it did. */
export class Faults {
  readonly counts = new Map<string, number>()
  readonly #rig: Rig
  readonly #random: Random
  readonly #stopping = new AbortController()
  readonly #busy = new Set<WorkerProcess>()
  readonly #running: Promise<void>[] = []

  constructor(rig: Rig, random: Random) {
    this.#rig = rig
    this.#random = random
  }

  start(): void {
    // Seldom, since a Redis that comes back empty makes everybody drop what they hold, and so hides what was lost before.
    this.#running.push(this.#repeat(8_000, () => this.#strikeRedis()))
    for (let i = 0; i < Math.ceil(this.#rig.workers.length / 2); i += 1) {
      this.#running.push(this.#repeat(800, () => this.#strikeWorker()))
    }
  }

  /** Ends all faults; resolves when everything runs again. Rejects with what went wrong in striking. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#running)
  }

  get summary(): string {
    return [...this.counts].map(([name, count]) => `${name} ${count}`).join(', ')
  }

  async #repeat(gapMs: number, strike: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(this.#random.below(gapMs))
      if (!this.#stopping.signal.aborted) await strike()
    }
  }

  async #strikeRedis(): Promise<void> {
    const { redis } = this.#rig
    const kind = this.#random.pick(['restart', 'kill', 'wipe', 'wipe', 'freeze', 'freeze'] as const)
    this.#count(`redis ${kind}`)
    switch (kind) {
      case 'restart':
        await this.#whileOneIsCutOff(() => redis.restart())
        break
      case 'kill':
        await redis.kill()
        await this.#pause(this.#duration())
        await redis.restart()
        break
      case 'wipe':
        await this.#whileOneIsCutOff(async () => {
          const admin = new Redis(redis.url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
          admin.on('error', () => {})
          await admin.flushall()
          admin.disconnect()
        })
        break
      case 'freeze':
        redis.freeze()
        await this.#pause(this.#duration())
        redis.thaw()
        break
    }
  }

  /** So that there is something in the log that somebody has not read, and never will. */
  async #whileOneIsCutOff(strike: () => Promise<void>): Promise<void> {
    const worker = this.#random.pick(this.#rig.workers)
    if (this.#busy.has(worker)) return strike()
    this.#busy.add(worker)
    worker.proxy.refuse()
    await this.#pause(this.#random.below(this.#rig.maxLagMs))
    await strike()
    worker.proxy.heal()
    this.#busy.delete(worker)
  }

  async #strikeWorker(): Promise<void> {
    const worker = this.#random.pick(this.#rig.workers)
    if (this.#busy.has(worker)) return
    this.#busy.add(worker)
    try {
      const roll = this.#random.next()
      if (roll < 0.1) await this.#stopProcess(worker)
      else if (roll < 0.15) {
        this.#count('worker kill')
        await worker.killAndRestart()
      } else if (roll < 0.3) {
        this.#count('drop')
        worker.proxy.drop()
      } else if (roll < 0.45) {
        this.#count('refuse')
        worker.proxy.refuse()
        await this.#pause(this.#duration())
      } else await this.#spoilNetwork(worker)
      worker.proxy.heal()
    } finally {
      this.#busy.delete(worker)
    }
  }

  async #stopProcess(worker: WorkerProcess): Promise<void> {
    this.#count('worker freeze')
    worker.freeze()
    await this.#pause(this.#duration())
    worker.thaw()
  }

  async #spoilNetwork({ proxy }: WorkerProcess): Promise<void> {
    const kind = this.#random.pick(['delay', 'stall', 'half-open', 'deafen'] as const)
    const fault: LinkFault = kind === 'delay' ? { kind, ms: 1 + this.#random.below(120) } : { kind }
    // The log and the values have a connection each: one may fail without the other.
    const only = this.#random.chance(0.5) ? this.#random.below(Math.max(1, proxy.connections)) : undefined
    this.#count(only === undefined ? kind : `${kind} (one connection)`)
    proxy.strike(fault, only)
    await this.#pause(this.#duration())
  }

  /** Often a moment, sometimes longer than a cache may lag. */
  #duration(): number {
    const { maxLagMs } = this.#rig
    return this.#random.chance(0.5) ? this.#random.below(maxLagMs / 2) : this.#random.below(maxLagMs * 3)
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }
}
