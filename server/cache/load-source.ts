import type { LoadStart } from './cache-parts.ts'
import type { LoadOutcome } from './cache-event.ts'
import type { Lease } from './lease.ts'
import type { L2Write, LeaseReply } from '../l2/l2-driver.ts'
import type { LeaseQuestion } from './l2-tier.ts'
import type { TierEntries } from './tier-entries.ts'

/** What a load did beside giving its value. */
export interface LoadResult<T> {
  readonly value: T
  /** The value's groups, if it is kept. */
  readonly groups: readonly string[] | undefined
  readonly l1Stored: boolean
  readonly l2Stored: boolean
  /** Resolves when L2 has it or did not answer; `undefined` where it is not to have it. */
  readonly written: Promise<unknown> | undefined
}

/** A load that is due. */
export interface DueLoad<T> {
  readonly key: string
  readonly entries: TierEntries<T>
  readonly lease: Lease | undefined
  /** Whether nobody waits for what is loaded. */
  readonly isBackground: boolean
  /** Called when the loader is: says where things stand before it looks. */
  readonly begin: () => LoadStart
}

/** Where a flight takes its values from: for one key, or for many at once. */
export interface LoadSource<T> {
  /** What L2 has under a key. */
  read(key: string): Promise<Buffer | undefined | 'unanswered'>
  /** Asks for the right to load a key for all. */
  lease(question: LeaseQuestion): Promise<LeaseReply | undefined>
  /** Calls the loader, keeps what comes of it and tells those who wait for the lease. Rejects with what the loader throws. */
  load(due: DueLoad<T>): Promise<LoadResult<T>>
  /** Told of each flight that it is under way, that it waits for another process, and that it is over. */
  follow?(key: string, state: 'asking' | 'waiting' | 'done'): void
}

/** What a loader gave, and what that stands for. */
export interface LoadedValue<T> {
  readonly value: T
  readonly given: T
  readonly start: LoadStart
  readonly loadMs: number
}

/** Keeps a loaded value in L1 and gives it to L2: with its lease, else by `write`. Never throws. */
export function keepLoaded<T>(
  { lease, entries }: Pick<DueLoad<T>, 'lease' | 'entries'>,
  { value, given, start, loadMs }: LoadedValue<T>,
  write: (write: L2Write) => Promise<unknown>,
): { readonly result: LoadResult<T>; readonly outcome: LoadOutcome } {
  const unkept: LoadResult<T> = {
    value,
    groups: undefined,
    l1Stored: false,
    l2Stored: false,
    written: undefined,
  }
  try {
    if (value === undefined) {
      void lease?.giveBack('nothing')
      return { result: unkept, outcome: 'loaded' }
    }
    const ready = entries.prepare(value, given, start, loadMs)
    if (typeof ready === 'string') {
      const isOvertaken = ready === 'overtaken'
      void lease?.giveBack(isOvertaken ? 'again' : 'local')
      return { result: unkept, outcome: isOvertaken ? 'overtaken' : 'loaded' }
    }
    const l1Stored = entries.store(ready)
    if (ready.write === undefined) void lease?.giveBack('local')
    const written = ready.write && (lease?.store(ready.write) ?? write(ready.write))
    const l2Stored = ready.write !== undefined
    return {
      result: { value, groups: ready.entry.groups, l1Stored, l2Stored, written },
      outcome: 'loaded',
    }
  } catch {
    // A fault in what the caller gave the cache to keep values by must not cost the value.
    void lease?.giveBack('local')
    return { result: unkept, outcome: 'loaded' }
  }
}

/** How a load that threw has ended. */
export function outcomeOf(error: unknown): LoadOutcome {
  const isSlow = (error as { code?: unknown } | null | undefined)?.code === 'load-timeout'
  return isSlow ? 'timed-out' : 'failed'
}
