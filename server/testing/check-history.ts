import { ThermoclineError, describeValue, refuseUnknownOptions } from '../../policy/index.ts'
import type { History } from './history.ts'
import type { HistoryEvent, ReadEvent } from './history-event.ts'
import type { HistoryReport, Violation } from './history-report.ts'
import { Ledger } from './ledger.ts'
import type { Promised } from './promises.ts'

export interface CheckHistoryOptions {
  /** The cache's own `maxLagMs`: how long after it was acknowledged an invalidation may take to be known everywhere. In ms. */
  readonly maxLagMs: number
  /** How far the clocks of two processes may be apart, in ms. @default 0: they share `sharedClock` */
  readonly clockErrorMs?: number
}

const MOST_SHOWN = 20

/**
 * Whether a cache kept its promises. Pure: it looks at what was recorded and at nothing else. A read is
 *
 * - `stale` when it began after its own process had been told of an invalidation, acknowledged or queued, and its version
 *   is older than what had been written before that invalidation began;
 * - `lost` when it began more than `maxLagMs` after such an invalidation was acknowledged, in whichever process.
 *
 * Throws `option-invalid` for options that can't work, and for a history in which nothing could have been found wrong.
 */
export function checkHistory(
  history: History | readonly HistoryEvent[],
  options: CheckHistoryOptions,
): HistoryReport {
  refuseUnknownOptions('`checkHistory`', options, ['maxLagMs', 'clockErrorMs'])
  const maxLagMs = milliseconds('maxLagMs', options.maxLagMs)
  const clockErrorMs = milliseconds('clockErrorMs', options.clockErrorMs ?? 0)
  const counts = { reads: 0, writes: 0, invalidations: 0 }
  const ledger = new Ledger(history, clockErrorMs)
  const violations: Violation[] = []
  let stale = 0
  let lost = 0
  let maxStalenessMs = 0
  const note = (rule: Violation['rule'], read: ReadEvent, { atMs, version }: Promised): void => {
    if (violations.length >= MOST_SHOWN) return
    violations.push({ rule, read, promisedVersion: version, afterMs: read.beganAtMs - atMs })
  }
  for (const event of history) {
    if (event.type === 'write') counts.writes += 1
    if (event.type === 'invalidation') counts.invalidations += 1
    if (event.type !== 'read') continue
    counts.reads += 1
    const { process, key, version, beganAtMs } = event
    const own = ledger.own(process, key)?.superseding(version)
    if (own !== undefined && own.atMs < beganAtMs) {
      stale += 1
      note('stale', event, own)
    }
    const anywhere = ledger.fleet(key)?.superseding(version)
    if (anywhere === undefined) continue
    const stalenessMs = beganAtMs - anywhere.atMs
    maxStalenessMs = Math.max(maxStalenessMs, stalenessMs)
    if (stalenessMs <= maxLagMs + clockErrorMs) continue
    lost += 1
    note('lost', event, anywhere)
  }
  refuseEmpty(counts.reads, ledger.size)
  const ops = counts.reads + counts.writes + counts.invalidations
  return { ops, ...counts, stale, lost, maxStalenessMs, violations, isCoherent: stale === 0 && lost === 0 }
}

/** What holds nothing to compare would pass whatever the cache did. */
function refuseEmpty(reads: number, promises: number): void {
  if (reads > 0 && promises > 0) return
  const what =
    reads === 0
      ? 'holds no reads'
      : 'holds no invalidation of a key that was written before it began, so nothing was promised'
  throw new ThermoclineError(
    'option-invalid',
    `\`checkHistory\` was given a history that ${what}. It would pass whatever the cache did: ` +
      'record the writes, the invalidations with all keys that they cover, and the reads.',
  )
}

function milliseconds(option: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value
  throw new ThermoclineError(
    'option-invalid',
    `\`${option}\` of \`checkHistory\` is ${describeValue(value)}. Give milliseconds, 0 or more.`,
  )
}
