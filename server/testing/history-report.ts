import type { ReadEvent } from './history-event.ts'

/** A read that broke a promise. */
export interface Violation {
  readonly rule: 'stale' | 'lost'
  readonly read: ReadEvent
  /** No version older than this one should have been read. */
  readonly promisedVersion: number
  /** How long before the read began its version had been promised to be gone, in ms. */
  readonly afterMs: number
}

/** What a check found. */
export interface HistoryReport {
  /** Reads, writes and invalidations together. */
  readonly ops: number
  readonly reads: number
  readonly writes: number
  readonly invalidations: number
  /** Reads older than an invalidation that their own process had been answered. */
  readonly stale: number
  /** Reads older than an invalidation that had been acknowledged for more than `maxLagMs`. */
  readonly lost: number
  /** The longest time from the acknowledgement of an invalidation to the beginning of a read, anywhere, of what was there before. */
  readonly maxStalenessMs: number
  /** The first of the reads that were stale or lost, at most 20. */
  readonly violations: readonly Violation[]
  /** Whether no read was stale or lost. */
  readonly isCoherent: boolean
}

/** One line: `ops N stale 0 lost 0 maxStalenessMs M`. */
export function formatReport({ ops, stale, lost, maxStalenessMs }: HistoryReport): string {
  return `ops ${ops} stale ${stale} lost ${lost} maxStalenessMs ${Math.ceil(maxStalenessMs)}`
}

/** What was wrong with one read, as a sentence. */
export function describeViolation({ rule, read, promisedVersion, afterMs }: Violation): string {
  const { process, key, version, source } = read
  const from = source === undefined ? '' : ` (${source})`
  const told =
    rule === 'stale'
      ? `${afterMs.toFixed(1)} ms after its own invalidation was answered`
      : `${afterMs.toFixed(1)} ms after the invalidation was acknowledged`
  return `${rule}: ${process} read ${JSON.stringify(key)}${from} at version ${version} instead of ${promisedVersion} or later, ${told}.`
}
