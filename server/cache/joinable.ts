import type { TierLookup } from '../trace.ts'
import type { EntryGroups } from './entry-options.ts'

/** A load on its way, whose value others may wait for. */
export interface Joinable<T> {
  readonly answer: Promise<T>
  /** Set when the value is there and on its way to L2: whoever comes now waits for that, and then asks L2. */
  readonly writing?: Promise<unknown> | undefined
  /** Whether a caller that comes now, and knows of those groups, may wait for its value. */
  mayBeJoined(groups: EntryGroups<never> | undefined): boolean
  /** Whether those who joined may have the value, once it is there. */
  servesJoined(): boolean
  /** Which tier's value past its lifetime is the answer, if one is. */
  readonly staleFrom?: 'l1' | 'l2' | undefined
  lookup(l1: TierLookup['l1']): TierLookup
}
