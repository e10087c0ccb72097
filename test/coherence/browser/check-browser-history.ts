import { Ledger } from '../../../server/testing/ledger.ts'
import { Promises } from '../../../server/testing/promises.ts'
import { KEYS } from '../keys.ts'
import type { BrowserHistory, BrowserRecord, PageRead } from './browser-history.ts'

export interface BrowserLimits {
  /**
   * By how much a catch-up may be behind, in ms: a server process hears of the log within its `maxLagMs`, a beat may be 2.5 s old when it
   * arrives (then a page hangs up), and what came from the network less than 100 ms ago is taken for what would come now.
   */
  readonly catchUpLagMs: number
  /** How long after an invalidation was acknowledged a page may be given what was there before, in ms; connected, or cut off unawares. */
  readonly lostAfterMs: number
}

/** A read that broke a promise, or what a tab was not told. */
export interface BrowserViolation {
  readonly rule: 'told' | 'caught-up' | 'lost' | 'unheard'
  readonly read: Omit<PageRead, 'beganAtMs'>
  readonly promisedVersion: number
  /** How long before the read began that had been promised, in ms. */
  readonly afterMs: number
}

export interface BrowserReport {
  /** Reads, writes and invalidations together. */
  readonly ops: number
  readonly reads: number
  /** Of these, answered by the worker from its store. */
  readonly fromStore: number
  /** How often a page was told of a row. */
  readonly told: number
  /** How often a page was told that it may have missed anything. */
  readonly resets: number
  readonly stale: number
  readonly lost: number
  /** The longest time from an acknowledgement to the beginning of a read of what was there before, with nothing done to anybody. */
  readonly maxStalenessMs: number
  /** The same while something was being done to that browser's way, and for a while after; answers that name the cut not counted. */
  readonly maxStalenessCutMs: number
  readonly violations: readonly BrowserViolation[]
  readonly isCoherent: boolean
}

const MOST_SHOWN = 20

/**
 * Whether browsers kept their promises. A read in a page is
 *
 * - `stale` when it began after its own page had been told (an `invalidated` event that names the row's group) and its version is older than
 *   the one that had been committed when that invalidation was made, wherever the answer comes from, network or none (`told`);
 * - `stale` when its browser had noticed that it may have missed something (a read failed, or was answered with `detail=disconnected`; a page was
 *   told of `everything`), it is answered afterwards without that detail, so by a worker that counts itself as caught up, and
 *   its version is older than what had been acknowledged `catchUpLagMs` before that was noticed (`caught-up`);
 * - `lost` when it began more than `lostAfterMs` after such an invalidation was acknowledged, and does not say that the network is away.
 * - `lost`, too, is a row that was invalidated while a tab followed, of which that tab was told neither by name nor as `everything` in twice that time
 *   (`unheard`).
 *
 * Pure: it looks at what was recorded and at nothing else.
 */
export function checkBrowserHistory(history: BrowserHistory, limits: BrowserLimits): BrowserReport {
  const ledger = new Ledger(history.servers, 0)
  let [writes, invalidations] = [0, 0]
  for (const { type } of history.servers) {
    if (type === 'write') writes += 1
    else if (type === 'invalidation') invalidations += 1
  }
  const counts = { reads: 0, fromStore: 0, told: 0, resets: 0, stale: 0, lost: 0 }
  const worst = { maxStalenessMs: 0, maxStalenessCutMs: 0 }
  const violations: BrowserViolation[] = []
  for (const record of history.browsers.values()) {
    counts.told += record.told.length
    counts.resets += record.resets.length
    const unheard = findUnheard(record, ledger, limits.lostAfterMs * 2)
    counts.lost += unheard.length
    violations.push(...unheard.slice(0, MOST_SHOWN - violations.length))
    const promisedTo = promisesByTab(record)
    const noticedBefore = lastBefore(record.noticedAtMs)
    for (const read of record.reads) {
      counts.reads += 1
      if (read.source === 'store') counts.fromStore += 1
      const { beganAtMs, key, source, tab, version } = read
      const fleet = ledger.fleet(key)
      const superseded = fleet?.superseding(version)
      const own = promisedTo(tab, key)?.superseding(version)
      const note = (rule: keyof typeof AFTER, promisedVersion: number, atMs: number) => {
        counts[rule === 'lost' ? 'lost' : 'stale'] += 1
        if (violations.length >= MOST_SHOWN) return
        violations.push({ rule, read, promisedVersion, afterMs: beganAtMs - atMs })
      }
      if (own !== undefined && own.atMs < beganAtMs) note('told', own.version, own.atMs)
      if (superseded === undefined || source === 'disconnected') continue
      const noticedAtMs = noticedBefore(beganAtMs)
      if (superseded.atMs < noticedAtMs - limits.catchUpLagMs)
        note('caught-up', superseded.version, superseded.atMs)
      const stalenessMs = beganAtMs - superseded.atMs
      if (stalenessMs > limits.lostAfterMs) note('lost', superseded.version, superseded.atMs)
      const isCut = record.faults.some(({ fromMs, toMs }) => fromMs <= beganAtMs && superseded.atMs <= toMs)
      const kind = isCut ? 'maxStalenessCutMs' : 'maxStalenessMs'
      worst[kind] = Math.max(worst[kind], stalenessMs)
    }
  }
  const ops = counts.reads + writes + invalidations
  return {
    ops,
    ...counts,
    ...worst,
    violations,
    isCoherent: counts.stale === 0 && counts.lost === 0,
  }
}

/** Of which rows the tabs of a browser have not been told for so long. */
function findUnheard(record: BrowserRecord, ledger: Ledger, limitMs: number): BrowserViolation[] {
  const found: BrowserViolation[] = []
  for (const [tab, { fromMs, toMs }] of record.tabs) {
    const resetAtMs = Math.max(...record.resets.filter((reset) => reset.tab === tab).map(({ atMs }) => atMs))
    for (const key of KEYS) {
      const told = record.told.filter((one) => one.tab === tab && one.key === key)
      const before = ledger.fleet(key)?.highestBefore(fromMs) ?? 0
      const version = Math.max(before, 0, ...told.map((one) => one.version))
      const missed = ledger.fleet(key)?.superseding(version)
      if (missed === undefined || missed.atMs <= Math.max(fromMs, resetAtMs)) continue
      const afterMs = toMs - missed.atMs
      if (afterMs <= limitMs) continue
      const read = { tab, key, version, source: 'store' } as const
      found.push({ rule: 'unheard', read, promisedVersion: missed.version, afterMs })
    }
  }
  return found
}

/** One line: `ops N stale 0 lost 0 maxStalenessMs M (cut off: M)`. */
export function formatBrowserReport(report: BrowserReport): string {
  const { fromStore, lost, maxStalenessCutMs, maxStalenessMs, ops, reads, resets, stale, told } = report
  const counts = `${reads} reads, ${fromStore} of them from the store; told ${told}, of everything ${resets}`
  return `${counts}\nops ${ops} stale ${stale} lost ${lost} maxStalenessMs ${Math.ceil(maxStalenessMs)} (cut off: ${Math.ceil(maxStalenessCutMs)})`
}

const AFTER: Readonly<Record<Exclude<BrowserViolation['rule'], 'unheard'>, string>> = {
  told: 'after its page was told',
  'caught-up': 'after it was acknowledged, and its browser had to catch up since',
  lost: 'after the invalidation was acknowledged',
}

export function describeBrowserViolation({ afterMs, promisedVersion, read, rule }: BrowserViolation): string {
  const { key, source, tab, version } = read
  if (rule === 'unheard')
    return `unheard: ${tab} has not been told of ${JSON.stringify(key)} at version ${promisedVersion}, ${afterMs.toFixed(0)} ms after its invalidation was acknowledged.`
  return `${rule}: ${tab} read ${JSON.stringify(key)} (${source}) at version ${version} instead of ${promisedVersion} or later, ${afterMs.toFixed(0)} ms ${AFTER[rule]}.`
}

function promisesByTab({ told }: BrowserRecord): (tab: string, key: string) => Promises | undefined {
  const byTab = new Map<string, Promises>()
  for (const { atMs, key, tab, version } of told) {
    const name = `${tab} ${key}`
    const promises = byTab.get(name) ?? new Promises()
    byTab.set(name, promises)
    promises.add(atMs, version)
  }
  return (tab, key) => byTab.get(`${tab} ${key}`)
}

/** The last of these times before another; -Infinity where there is none. */
function lastBefore(timesMs: readonly number[]): (atMs: number) => number {
  const promises = new Promises()
  for (const atMs of timesMs) promises.add(atMs, atMs)
  return (atMs) => promises.highestBefore(atMs)
}
