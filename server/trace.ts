import { AsyncLocalStorage } from 'node:async_hooks'
import { type CacheStatusMember, appendCacheStatus } from '../policy/index.ts'

/** What the tiers did with one lookup. */
export interface TierLookup {
  readonly l1: 'hit' | 'miss' | 'stale' | 'collapsed'
  /** `unavailable`: Redis was away. `off`: there is no L2, or the lookup did not get that far. */
  readonly l2: 'hit' | 'miss' | 'stale' | 'unavailable' | 'off'
  /** Whether the value that was found or loaded is now kept. */
  readonly l1Stored: boolean
  readonly l2Stored: boolean
  /** What is left of the lifetime in the tier that answered. */
  readonly ttlMs: number | undefined
  /** Which groups the value is in, where that is known. */
  readonly groups: readonly string[] | undefined
}

/** Collects what the tiers did for one request. */
export class LayerTrace {
  #deepest: TierLookup | undefined

  /** Of several lookups the one that went furthest counts: it is the one that took the time. */
  record(lookup: TierLookup): void {
    if (this.#deepest === undefined || depth(lookup) > depth(this.#deepest)) this.#deepest = lookup
  }

  /** The members of `Cache-Status` (RFC 9211), origin first; empty where no tier was asked. */
  get cacheStatus(): string {
    const lookup = this.#deepest
    if (lookup === undefined) return ''
    const ttl = lookup.ttlMs === undefined ? {} : { ttl: Math.floor(lookup.ttlMs / 1_000) }
    if (lookup.l1 === 'hit') return appendCacheStatus('', { name: 'L1', hit: true, ...ttl })
    const l2 = l2Member(lookup, ttl)
    const l1: CacheStatusMember = {
      name: 'L1',
      fwd: lookup.l1 === 'stale' ? 'stale' : 'uri-miss',
      ...(lookup.l1 === 'collapsed' ? { collapsed: true } : {}),
      ...(lookup.l1Stored ? { stored: true } : {}),
    }
    return appendCacheStatus(l2 === undefined ? '' : appendCacheStatus('', l2), l1)
  }
}

function l2Member(lookup: TierLookup, ttl: { ttl?: number }): CacheStatusMember | undefined {
  const stored = lookup.l2Stored ? ({ stored: true } as const) : {}
  switch (lookup.l2) {
    case 'off':
      return undefined
    case 'hit':
      return { name: 'L2', hit: true, ...ttl }
    case 'unavailable':
      return { name: 'L2', fwd: 'bypass', detail: 'unavailable' }
    default:
      return { name: 'L2', fwd: lookup.l2 === 'stale' ? 'stale' : 'uri-miss', ...stored }
  }
}

function depth({ l1, l2 }: TierLookup): number {
  if (l1 === 'hit') return 1
  return l2 === 'hit' ? 2 : 3
}

/** The trace of the request that the running code belongs to. */
export const currentTrace = new AsyncLocalStorage<LayerTrace>()

let isWanted = false

/** Said by whoever records in traces. Following a request costs every promise something, so nobody pays before that. */
export function wantTraces(): void {
  isWanted = true
}

/** Runs `work` as part of the request that is traced; its trace is made by whoever first asks for it. */
export function traceRequest(request: { readonly trace: LayerTrace }, work: () => void): void {
  if (isWanted && currentTrace.getStore() === undefined) currentTrace.run(request.trace, work)
  else work()
}
