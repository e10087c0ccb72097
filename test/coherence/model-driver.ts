import type {
  L2Driver,
  L2Leases,
  L2Write,
  LeaseReply,
  LeaseTerms,
  WakeListener,
} from '../../server/l2/l2-driver.ts'
import type { ModelServer } from './model-redis.ts'

/** One process's way to the model's values and leases: every question and every answer takes its turn, and may be lost. */
export class ModelDriver implements L2Driver, L2Leases {
  readonly name = 'model'
  readonly isReady = true
  readonly isListening = true
  readonly maxKeyBytes = 1_000
  readonly maxValueBytes = 1_000_000
  readonly leases = this
  readonly #server: ModelServer

  constructor(server: ModelServer) {
    this.#server = server
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.#ask(() => this.#server.values.get(key))
  }

  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    return this.#ask(() => keys.map((key) => this.#server.values.get(key)))
  }

  set(write: L2Write): Promise<void> {
    return this.#ask(() => this.#write(write))
  }

  setMany(writes: readonly L2Write[]): Promise<void> {
    return this.#ask(() => writes.forEach((write) => this.#write(write)))
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#ask(() => keys.forEach((key) => this.#server.values.delete(key)))
  }

  getOrLease(
    key: string,
    token: string,
    _ttlMs: number,
    { stealFrom, seen }: LeaseTerms = {},
  ): Promise<LeaseReply> {
    const { values, leases } = this.#server
    return this.#ask((): LeaseReply => {
      const bytes = values.get(key)
      const isNew =
        bytes !== undefined && (seen === undefined || !bytes.subarray(0, seen.length).equals(seen))
      if (isNew) return { kind: 'value', bytes }
      const held = leases.get(key)
      // A holder whose question or answer was lost never gives it back. In place of its time its questions are counted.
      if (held === undefined || held.token === stealFrom || held.asked > 3) {
        leases.set(key, { token, asked: 0 })
        return { kind: 'leased' }
      }
      held.asked += 1
      return { kind: 'held', token: held.token, leftMs: 0 }
    })
  }

  renew(key: string, token: string): Promise<boolean> {
    return this.#ask(() => this.#server.leases.get(key)?.token === token)
  }

  release(key: string, token: string, outcome: string, write?: L2Write): Promise<boolean> {
    const { leases, wakers, scheduler } = this.#server
    return this.#ask(() => {
      if (leases.get(key)?.token !== token) return false
      if (write !== undefined) this.#write(write)
      leases.delete(key)
      for (const wake of wakers) void scheduler.turn().then(() => wake(key, outcome))
      return true
    })
  }

  listen(listener: WakeListener): void {
    this.#server.wakers.push((key, outcome) => {
      if (!this.#server.fails()) listener(key, outcome)
    })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #write({ key, bytes }: L2Write): void {
    this.#server.values.set(key, Buffer.from(bytes as string))
  }

  async #ask<T>(answer: () => T): Promise<T> {
    const { scheduler } = this.#server
    await scheduler.turn()
    const given = answer()
    await scheduler.turn()
    if (this.#server.fails()) throw new Error('The answer was lost.')
    return given
  }
}
