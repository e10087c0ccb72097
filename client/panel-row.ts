import { type CacheStatusMember, parseCacheStatus } from '../policy/index.ts'
import { IN_BROWSER, type LayerId, layerOfName } from './panel-layers.ts'
import { requestType } from './panel-request-type.ts'

/** What is read of a `PerformanceResourceTiming`; the optional ones are missing in older browsers. */
export interface TimingEntry {
  readonly name: string
  readonly entryType: string
  readonly initiatorType: string
  readonly startTime: number
  readonly responseEnd: number
  readonly duration: number
  readonly transferSize: number
  readonly encodedBodySize: number
  readonly decodedBodySize: number
  readonly responseStatus?: number
  readonly workerStart?: number
  readonly serverTiming?: readonly {
    readonly name: string
    readonly description: string
    readonly duration: number
  }[]
}

/** How the answering layer stood to the response. */
type RowState = 'fresh' | 'memory' | 'stale' | 'stale-if-error' | 'disconnected' | 'revalidated' | 'failed'

/** One request as the panel shows it: where it went, who answered, how long it took. Never what was in it. */
export interface RequestRow {
  readonly id: number
  /** Path and query; the origin is the page's own. */
  readonly path: string
  readonly type: string
  readonly status: number | undefined
  readonly layer: LayerId
  readonly state: RowState | undefined
  readonly ageMs: number | undefined
  /** Freshness left at the layer that answered; negative when stale. */
  readonly ttlMs: number | undefined
  readonly startMs: number
  readonly timeMs: number
  readonly bytes: number
  /** Bytes that did not cross the network since the browser had them. */
  readonly savedBytes: number
  /** The `Cache-Status` field as it was sent; empty where there was none. */
  readonly trace: string
  /** Its members: the caches that took part, nearest to the origin first. */
  readonly chain: readonly CacheStatusMember[]
  /** The one of them that answered. */
  readonly answer: CacheStatusMember | undefined
}

/** A timing entry as a row; `undefined` for other origins, which do not show their timings. */
export function toRow(entry: TimingEntry, pageOrigin: string, id: number): RequestRow | undefined {
  // By the text, since the origin of a `blob:` is the page's too.
  if (!entry.name.startsWith(`${pageOrigin}/`)) return undefined
  const url = new URL(entry.name)
  const trace = entry.serverTiming?.find(({ name }) => name === 'cache')?.description ?? ''
  const chain = readChain(trace)
  const { layer, state, member } = findAnswer(entry, chain)
  const bytes = entry.encodedBodySize || entry.decodedBodySize
  // The copy in the HTTP cache has aged since these were written, by how much is not told.
  const outdated = layer === 'http' && state !== 'revalidated'
  return {
    id,
    path: url.pathname + url.search,
    type: requestType(entry, url.pathname),
    status: entry.responseStatus || undefined,
    layer,
    state,
    ageMs: outdated ? undefined : entry.serverTiming?.find(({ name }) => name === 'age')?.duration,
    ttlMs: member?.ttl === undefined ? undefined : member.ttl * 1000,
    startMs: entry.startTime,
    // A document's own `duration` runs until the whole page has loaded.
    timeMs: entry.responseEnd > 0 ? entry.responseEnd - entry.startTime : entry.duration,
    bytes,
    savedBytes: IN_BROWSER.has(layer) ? bytes : 0,
    trace: chain.length > 0 ? trace : '',
    chain,
    answer: member,
  }
}

function readChain(trace: string): readonly CacheStatusMember[] {
  const chain = parseCacheStatus(trace)
  // Others use a metric of this name for a bare word such as "HIT", which is no Cache-Status.
  return chain.some(({ hit, fwd }) => hit || fwd !== undefined) ? chain : []
}

interface Answer {
  readonly layer: LayerId
  readonly state: RowState | undefined
  readonly member?: CacheStatusMember
}

function findAnswer(entry: TimingEntry, chain: readonly CacheStatusMember[]): Answer {
  const { transferSize, encodedBodySize, decodedBodySize, responseStatus, workerStart } = entry
  // Of what a worker passed on, such as a POST, Chromium says that nothing was transferred, and shows no trace.
  const wasPassedOn = (workerStart ?? 0) > 0 && chain.length === 0
  // What the worker answered never counts as transferred, so its own word comes before the sizes. If it was not even
  // started, the page still had in memory what the worker answered earlier.
  if (chain.at(-1)?.name === 'SW') {
    if (workerStart === 0 && transferSize === 0) return { layer: 'http', state: 'memory' }
  } else {
    if (responseStatus === 0 && decodedBodySize === 0) return { layer: 'unknown', state: 'failed' }
    if (transferSize === 0 && decodedBodySize > 0 && !wasPassedOn) return { layer: 'http', state: 'fresh' }
    // Only the headers of a 304 came over the network.
    if (transferSize > 0 && transferSize < encodedBodySize) return { layer: 'http', state: 'revalidated' }
  }
  const member = chain.findLast(({ hit, fwd, fwdStatus }) => hit || (fwd === 'stale' && fwdStatus === 304))
  if (member) return { layer: memberLayer(member), state: memberState(member), member }
  if (chain.length > 0) return { layer: 'origin', state: undefined }
  return { layer: transferSize > 0 || wasPassedOn ? 'network' : 'unknown', state: undefined }
}

function memberLayer({ name, detail }: CacheStatusMember): LayerId {
  const layer = layerOfName(name)
  return layer === 'sw' && detail === 'precache' ? 'precache' : layer
}

function memberState({ hit, ttl, detail }: CacheStatusMember): RowState {
  if (!hit) return 'revalidated'
  if (detail === 'stale-if-error' || detail === 'disconnected') return detail
  return ttl !== undefined && ttl <= 0 ? 'stale' : 'fresh'
}
