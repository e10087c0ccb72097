import type { RedisArgument, RedisLike } from '../../server/redis-like.ts'
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
  readonly entries: ModelEntry[] = []
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

/** One process's client: the part of ioredis that the store uses, on the model's server. */
export class ModelRedis implements RedisLike {
  readonly status = 'ready'
  readonly server: ModelServer
  /** Called when the process has heard of an entry. */
  readonly heard: (entry: ModelEntry) => void

  constructor(server: ModelServer, heard: (entry: ModelEntry) => void) {
    this.server = server
    this.heard = heard
  }

  async callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown> {
    const { scheduler, values } = this.server
    await scheduler.turn()
    const answer = this.#execute(values, command, args)
    await scheduler.turn()
    if (this.server.fails()) throw new Error('The answer was lost.')
    return answer
  }

  call(): Promise<unknown> {
    return Promise.reject(new Error('The model has only GET, SET and UNLINK.'))
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

  #execute(values: Map<string, Buffer>, command: string, [key, value]: RedisArgument[]): unknown {
    const name = String(key)
    if (command === 'GET') return values.get(name) ?? null
    if (command === 'UNLINK') return Number(values.delete(name))
    values.set(name, Buffer.from(String(value)))
    return Buffer.from('OK')
  }
}
