import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ThermoclineError } from '../../policy/index.ts'
import { type LeaseReply, SEEN_BYTES } from '../l2/l2-driver.ts'
import type { CacheEvent } from './cache-event.ts'
import type { Coherence } from './coherence.ts'
import { Lease } from './lease.ts'
import type { L2Tier, LeaseQuestion } from './l2-tier.ts'
import { WaitingRoom } from './waiting-room.ts'

export interface FleetLoadsOptions {
  readonly l2: L2Tier
  readonly coherence: Coherence
  /** How long a lease lasts unless it is renewed, in ms. */
  readonly leaseMs: number
  readonly emit: (event: CacheEvent) => void
}

/** While nobody can be heard, who waits looks this often, in ms. */
const DEAF_MS = 20
/** A message may be lost, and its sender with it: who waits looks at least this often. */
const LOOK_AGAIN_MS = 250
const LOOK_MS = 5

/** What a process is to do about a key that is missing. */
export type Turn =
  /** Load it; with a lease where one was to be had. */
  | { readonly kind: 'load'; readonly lease: Lease | undefined }
  /** L2 has it after all. */
  | { readonly kind: 'value'; readonly bytes: Buffer; readonly tick: number; readonly askedAtMs: number }
  /** Another process has loaded it, and there is nothing. */
  | { readonly kind: 'nothing' }
  /** Another process has tried, and failed. */
  | { readonly kind: 'failed'; readonly error: Error }

/** What one process asks about one key. */
export interface Asked {
  readonly key: string
  readonly groups: readonly string[]
  /** Whether it is good enough to know that somebody else is at it. */
  readonly isOptional: boolean
  /** How long to wait for another process, in ms; 0: for as long as it lives. */
  readonly limitMs: number
  readonly now: () => number
  /** Asks L2 for the lease. */
  readonly lease: (question: LeaseQuestion) => Promise<LeaseReply | undefined>
  /** Told when another process is to be waited for. */
  readonly onWait?: (() => void) | undefined
}

/**
 * One load in the whole fleet: who holds the key's lease loads, the others wait to be woken. Who holds it when a value is
 * invalidated loses it to the next who asks, since what that load brings is of no use any more. Without an answer from L2
 * each process loads for itself.
 */
export class FleetLoads {
  readonly #options: FleetLoadsOptions
  readonly #room = new WaitingRoom()
  readonly #self = randomBytes(9).toString('base64url')
  readonly #held = new Set<Lease>()
  #count = 0

  constructor(options: FleetLoadsOptions) {
    this.#options = options
    options.l2.listen((storedKey, outcome) => this.#room.wake(storedKey, outcome))
  }

  /** Whether a lease would be asked for now. */
  get isAvailable(): boolean {
    return this.#options.l2.isAvailable
  }

  /** Resolves when other processes can be heard; rejects when the signal is aborted first. */
  async untilListening(signal: AbortSignal): Promise<void> {
    const { l2 } = this.#options
    while (!l2.isListening) await sleep(LOOK_MS, undefined, { signal })
  }

  /** `seen` is what L2 has and is of no use. */
  async takeTurn(
    { key, groups, isOptional, limitMs, now, lease, onWait }: Asked,
    seen: Buffer | undefined,
  ): Promise<Turn | 'busy'> {
    const { l2, coherence, leaseMs, emit } = this.#options
    const storedKey = l2.storedKey(key)
    const unleased: Turn = { kind: 'load', lease: undefined }
    const untilMs = limitMs === 0 ? Number.POSITIVE_INFINITY : now() + limitMs
    let stealFrom: string | undefined
    for (;;) {
      // Before the question: the holder may be done while the answer is on its way.
      const waiting = this.#room.enter(storedKey)
      try {
        if (!coherence.trustsL2) return unleased
        this.#count += 1
        // The token says what its holder had heard of, so that others can tell that its value will be of no use.
        const token = `${coherence.head}.${this.#self}.${this.#count}`
        const { tick } = coherence
        const askedAtMs = now()
        const terms = { stealFrom, seen: seen?.subarray(0, SEEN_BYTES) }
        const reply = await lease({ key, token, ttlMs: leaseMs, terms })
        if (reply === undefined) return unleased
        if (reply.kind === 'value') return { kind: 'value', bytes: reply.bytes, tick, askedAtMs }
        if (reply.kind === 'leased') {
          emit({ type: 'lease', key, outcome: stealFrom === undefined ? 'taken' : 'stolen' })
          return { kind: 'load', lease: this.#hold(key, token) }
        }
        const began = Number.parseInt(reply.token, 10)
        if (coherence.shared.overtakes(key, groups, began) && stealFrom !== reply.token) {
          stealFrom = reply.token
          continue
        }
        if (isOptional) return 'busy'
        if (askedAtMs >= untilMs) return { kind: 'failed', error: tooLong(key, limitMs) }
        emit({ type: 'lease', key, outcome: 'waited' })
        onWait?.()
        // A holder that lives renews its lease; one that does not is found out as it ends.
        const leftMs = l2.isListening ? Math.min(reply.leftMs + 5, LOOK_AGAIN_MS) : DEAF_MS
        const said = await waiting.until(Math.min(leftMs, untilMs - askedAtMs))
        // What an earlier holder said is no answer to what this one does.
        if (said?.startsWith(`${reply.token} `) !== true) continue
        const outcome = said.slice(reply.token.length + 1)
        if (outcome === 'local') return unleased
        // What had no value has no groups: any invalidation since may have been about it.
        if (outcome === 'nothing' && coherence.head === began) return { kind: 'nothing' }
        if (outcome.startsWith('failed:')) return { kind: 'failed', error: elsewhere(key, outcome.slice(7)) }
      } finally {
        waiting.leave()
      }
    }
  }

  /** Gives back what this process holds, so that another one may load. */
  async close(): Promise<void> {
    await Promise.all([...this.#held].map((lease) => lease.giveBack('again')))
  }

  #hold(key: string, token: string): Lease {
    const { l2, leaseMs, emit } = this.#options
    const lease = new Lease({ l2, key, token, leaseMs, emit, onEnd: (ended) => this.#held.delete(ended) })
    this.#held.add(lease)
    return lease
  }
}

function tooLong(key: string, limitMs: number): Error {
  return new ThermoclineError(
    'load-timeout',
    `Another process has been loading ${JSON.stringify(key)} for all for more than ${limitMs} ms. ` +
      'Make the loader faster; raise `hardTimeout` if it may take that long.',
  )
}

/** What another process told of its loader's error: its message, and no value. */
function elsewhere(key: string, message: string): Error {
  return new ThermoclineError(
    'load-failed',
    `Another process tried to load ${JSON.stringify(key)} for all and failed: ${message}`,
  )
}
