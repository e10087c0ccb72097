import type { RedisLike } from '../../server/redis-like.ts'
import type { CompleteInvalidation } from '../../server/log/invalidation.ts'
import type { Random } from '../fuzz/random.ts'
import type { Scheduler } from './scheduler.ts'

export interface ModelEntry {
  readonly seq: number
  readonly invalidation: CompleteInvalidation
}

/** What all processes share: values and a log, and a network on which everything takes its turn. */
export class ModelServer {
  readonly values = new Map<string, Buffer>()
  readonly leases = new Map<string, { readonly token: string; asked: number }>()
  /** Who is told of leases that are given back. */
  readonly wakers: ((key: string, outcome: string) => void)[] = []
  readonly entries: ModelEntry[] = []
  /** How far each process's tail has come. */
  readonly members = new Map<string, number>()
  readonly tails: (() => void)[] = []
  readonly onAppend: ((seq: number) => void)[] = []
  readonly scheduler: Scheduler
  readonly #random: Random

  constructor(scheduler: Scheduler, random: Random) {
    this.scheduler = scheduler
    this.#random = random
  }

  /** Whether something goes wrong on the way now. */
  fails(): boolean {
    return this.#random.chance(0.1)
  }

  append(invalidation: CompleteInvalidation): number {
    const seq = this.entries.length + 1
    this.entries.push({ seq, invalidation })
    for (const tell of [...this.onAppend, ...this.tails]) tell(seq)
    return seq
  }
}

/** One process's client, which only the model's log is asked for. */
export class ModelRedis implements RedisLike {
  readonly status = 'ready'
  readonly server: ModelServer
  /** Called when the process has heard of an entry. */
  readonly heard: (entry: ModelEntry) => void

  constructor(server: ModelServer, heard: (entry: ModelEntry) => void) {
    this.server = server
    this.heard = heard
  }

  call(): Promise<unknown> {
    return Promise.reject(new Error('The model has no commands.'))
  }

  callBuffer(): Promise<unknown> {
    return this.call()
  }

  connect(): Promise<void> {
    return Promise.resolve()
  }

  duplicate(): RedisLike {
    return this
  }

  on(): void {}
  off(): void {}
  disconnect(): void {}
}
