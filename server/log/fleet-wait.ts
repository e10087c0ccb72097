import { setTimeout as sleep } from 'node:timers/promises'

/** Who has come past a point of the log. */
export interface FleetAnswer {
  readonly passed: readonly string[]
  readonly missing: readonly string[]
}

/** Stands among the missing for those whose names are not known. */
export const UNKNOWN_MEMBERS = 'unknown'

/** Each member's cursor, and for how many ms there may still be others. */
export interface FleetState {
  readonly cursors: ReadonlyMap<string, number>
  readonly unknownForMs: number
}

export interface FleetWaitOptions {
  /** This process's own name. */
  readonly member: string
  /** Has all members report how far they are; resolves with a number that each of them is then past. */
  readonly askAll: () => Promise<number>
  /** What they reported; `undefined` where that can't be told now. */
  readonly look: () => Promise<FleetState | undefined>
  /** The point at which what was appended as `seq` is known to all who have passed it; `undefined` while that is not certain. */
  readonly pointOf: (seq: number) => number | undefined
}

interface Waiter {
  readonly seq: number
  readonly untilMs: number
  readonly resolve: (answer: FleetAnswer) => void
}

const MOST_DELAY_MS = 25

/** Those in this process who wait for the fleet: one question and one look at a time, however many they are. */
export class FleetWait {
  readonly #options: FleetWaitOptions
  readonly #waiters = new Set<Waiter>()
  #askedAt = 0
  #delayMs = 1
  #state: FleetState | undefined

  constructor(options: FleetWaitOptions) {
    this.#options = options
  }

  /** Never rejects: where Redis can't be asked, the others are missing. */
  passedBy(seq: number, timeoutMs: number): Promise<FleetAnswer> {
    return new Promise((resolve) => {
      const isRunning = this.#waiters.size > 0
      this.#waiters.add({ seq, untilMs: performance.now() + timeoutMs, resolve })
      this.#delayMs = 1
      if (!isRunning) void this.#run()
    })
  }

  /** All members report when they meet this entry; they need not be asked once more. */
  asked(seq: number): void {
    this.#askedAt = Math.max(this.#askedAt, seq)
  }

  /** Answers all who wait with what is known now. */
  close(): void {
    for (const waiter of this.#waiters) this.#settle(waiter, this.#answer(waiter))
  }

  async #run(): Promise<void> {
    while (this.#waiters.size > 0) {
      this.#state = undefined
      try {
        const latest = Math.max(...[...this.#waiters].map(({ seq }) => this.#options.pointOf(seq) ?? seq))
        if (latest > this.#askedAt) this.asked(await this.#options.askAll())
        this.#state = await this.#options.look()
      } catch {
        // Those who wait are told at the end of their time; until then it is tried again.
      }
      const nowMs = performance.now()
      for (const waiter of this.#waiters) {
        const answer = this.#answer(waiter)
        if (answer.missing.length === 0 || nowMs >= waiter.untilMs) this.#settle(waiter, answer)
      }
      if (this.#waiters.size === 0) return
      const untilMs = Math.min(...[...this.#waiters].map((waiter) => waiter.untilMs))
      await sleep(Math.max(0, Math.min(this.#delayMs, untilMs - nowMs)))
      this.#delayMs = Math.min(this.#delayMs * 2, MOST_DELAY_MS)
    }
  }

  #answer({ seq }: Waiter): FleetAnswer {
    const point = this.#options.pointOf(seq)
    const { cursors = new Map<string, number>(), unknownForMs = 1 } = this.#state ?? {}
    const passed: string[] = []
    const missing: string[] = []
    for (const [member, cursor] of cursors) {
      const isPast = point !== undefined && cursor >= point
      if (isPast) passed.push(member)
      else missing.push(member)
    }
    const { member } = this.#options
    // It may be in the log of a server that is about to be replaced.
    if (point === undefined && !missing.includes(member)) missing.push(member)
    // After a pause this process may have been struck off the list; what it has come past it knows by itself.
    if (point !== undefined && !cursors.has(member)) passed.push(member)
    if (unknownForMs > 0) missing.push(UNKNOWN_MEMBERS)
    return { passed, missing }
  }

  #settle(waiter: Waiter, answer: FleetAnswer): void {
    this.#waiters.delete(waiter)
    waiter.resolve(answer)
  }
}
