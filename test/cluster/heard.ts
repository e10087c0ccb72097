import type { CompleteInvalidation } from '../../server/log/invalidation.ts'
import type { InvalidationLog, LogListener } from '../../server/log/invalidation-log.ts'
import { waitUntil } from '../support/wait-until.ts'

export type Heard =
  | { readonly type: 'invalidated'; readonly seq: number; readonly invalidation: CompleteInvalidation }
  | { readonly type: 'reset'; readonly floor: number }
  | { readonly type: 'caught-up' | 'lost' }

/** A process that tails a log and remembers what it was told, in order. */
export class Tail implements LogListener {
  readonly heard: Heard[] = []
  readonly log: InvalidationLog

  constructor(log: InvalidationLog) {
    this.log = log
    log.start(this)
  }

  invalidated(invalidation: CompleteInvalidation, seq: number): void {
    this.heard.push({ type: 'invalidated', seq, invalidation })
  }

  reset(floor: number): void {
    this.heard.push({ type: 'reset', floor })
  }

  caughtUp(): void {
    this.heard.push({ type: 'caught-up' })
  }

  lost(): void {
    this.heard.push({ type: 'lost' })
  }

  get seqs(): number[] {
    return this.heard.flatMap((one) => (one.type === 'invalidated' ? [one.seq] : []))
  }

  get resets(): number {
    return this.heard.filter(({ type }) => type === 'reset').length
  }

  hasHeard(seq: number): boolean {
    return this.heard.some((one) => one.type === 'invalidated' && one.seq === seq)
  }

  /** Whether it heard of an entry, or else was told to drop all that it had taken before that. */
  isSafeFrom(seq: number): boolean {
    return this.hasHeard(seq) || this.heard.some((one) => one.type === 'reset' && one.floor > seq)
  }

  async untilCaughtUp(): Promise<void> {
    await waitUntil(() => this.log.isCaughtUp, 'the end of the log', 15_000)
  }
}
