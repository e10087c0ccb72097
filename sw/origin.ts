import {
  PARTITION_HEADER,
  decideStore,
  freshnessLifetime,
  parseCacheControl,
  parseDeltaSeconds,
  storableHeaders,
  updateStoredHeaders,
} from '../policy/index.ts'
import type { Ask } from './ask.ts'
import type { CacheParts } from './cache-parts.ts'
import type { Exchange, Ticket } from './flights.ts'
import { toNetworkRequest } from './network-request.ts'
import { mayUpdateCache, tellCacheUpdated } from './plugin-callbacks.ts'
import { SharedBody } from './shared-body.ts'
import type { StoredEntry } from './stored-entry.ts'
import { isSafeMethod } from './unsafe-method.ts'
import { type Variation, describeVariation, variantOf } from './variant.ts'

interface SendOptions {
  readonly ticket: Ticket
  /** What to validate. */
  readonly stored?: StoredEntry | undefined
  /** No page reads the body. */
  readonly isBackground?: boolean | undefined
}

/** The others show a worker neither status nor header fields. */
const READABLE_TYPE = /^(?:basic|cors|default)$/

/** Sends a request to the origin, learns the partition, and sees that what may be stored is. */
export async function sendToOrigin(ask: Ask, parts: CacheParts, options: SendOptions): Promise<Exchange> {
  const { handler, request, url } = ask
  const { partitions, platform, store } = parts
  const { stored, ticket } = options
  const requestTimeMs = platform.now()
  let response = await handler.fetch(toNetworkRequest(ask, stored))
  if (response.type === 'opaqueredirect' && request.redirect !== 'manual') {
    // Where it leads is hidden from a worker; only the browser can follow it.
    response = await handler.fetch(request)
  }
  const responseTimeMs = platform.now()
  const epoch = await observePartition(ask, parts, response)
  const exchange: Exchange = { response, requestTimeMs, responseTimeMs }

  if (response.status === 304 && stored !== undefined) {
    if (stored.partition !== '' && partitions.epoch !== ask.epoch) {
      // It confirmed what belongs to somebody else now.
      return await sendToOrigin({ ...ask, epoch: partitions.epoch }, parts, { ticket })
    }
    const headers = updateStoredHeaders(stored.headers, [...response.headers])
    const confirmed: StoredEntry = { ...stored, requestTimeMs, responseTimeMs, headers }
    if (ticket.isOutdated) return { ...exchange, confirmed }
    return { ...exchange, confirmed, settled: settle(ask, store.update(url, confirmed)) }
  }
  // What was redirected would lose its URL when it is rebuilt.
  if (response.redirected || !READABLE_TYPE.test(response.type)) return { ...exchange, isUntouchable: true }

  // RFC 9111 §4.3.3: a server error does not replace what is stored; anything else that is not kept ends it.
  if (stored !== undefined && response.status >= 500) return exchange
  const variation = describeStorable(ask, parts, response)
  const partition = variation?.isPerUser ? await privatePartition(ask, parts, epoch) : ''
  if (variation !== undefined && partition !== undefined) {
    return await keep(ask, parts, exchange, { ...options, varyBy: variation.varyBy, partition, epoch })
  }
  if (stored !== undefined) void handler.waitUntil(store.remove(url))
  return exchange
}

/** Takes in the partition that a response names; returns the epoch under which the response may be stored. */
export async function observePartition(
  ask: Ask,
  { partitions }: CacheParts,
  response: Response,
): Promise<number> {
  if (!ask.isSameOrigin || !ask.hasCredentials) return ask.epoch
  const { method, mode } = ask.request
  if (response.type === 'opaqueredirect' && (mode === 'navigate' || !isSafeMethod(method))) {
    // A form, a link to sign out or the way back from a login elsewhere may have changed the user, and a redirect hides
    // the header that says so. Nobody is held until a response names somebody; what is stored is kept for that.
    await partitions.hold(undefined)
    return partitions.epoch
  }
  const epoch = await partitions.observe(response.headers.get(PARTITION_HEADER), ask.epoch)
  if (epoch !== ask.epoch) void ask.handler.waitUntil(partitions.wiped)
  return epoch
}

async function privatePartition(
  ask: Ask,
  { partitions }: CacheParts,
  epoch: number,
): Promise<string | undefined> {
  if (!ask.hasCredentials) return undefined
  const partition = await partitions.current()
  return epoch === partitions.epoch ? partition : undefined
}

interface KeepOptions extends SendOptions {
  readonly varyBy: readonly string[]
  readonly partition: string
  readonly epoch: number
}

/** Hands the body to storage and to whoever asks for it, as it arrives. */
async function keep(
  ask: Ask,
  parts: CacheParts,
  exchange: Exchange,
  options: KeepOptions,
): Promise<Exchange> {
  const { partitions, platform, store } = parts
  const { response, requestTimeMs, responseTimeMs } = exchange
  const { epoch, isBackground, partition, ticket, varyBy } = options
  const body = response.body === null ? undefined : new SharedBody(response.body)
  const copy = body?.follow(parts.maxEntryBytes) ?? null
  if (isBackground)
    body
      ?.open()
      .pipeTo(new WritableStream())
      .catch(() => {})
  const allowed = await mayUpdateCache(ask, response, copy)
  if (allowed === undefined) return { ...exchange, body }

  const entry: StoredEntry = {
    partition,
    variant: variantOf(ask, varyBy),
    id: platform.createId(),
    status: response.status,
    statusText: response.statusText,
    headers: storableHeaders([...allowed.headers]),
    requestTimeMs,
    responseTimeMs,
    size: 0,
  }
  const storing = store.put(ask.url, varyBy, entry, allowed.body, () => {
    const isOthers = partition !== '' && epoch !== partitions.epoch
    if (isOthers || ticket.isOutdated) throw new Error('outdated')
    return { ...entry, size: body?.bytes ?? 0 }
  })
  const told = storing.then(() => tellCacheUpdated(ask, parts, entry))
  // What storage does not take must not pile up before it.
  storing.catch(() => allowed.body?.cancel()).catch(() => {})
  return { ...exchange, body, entry, varyBy, settled: settle(ask, told) }
}

/** By what a response varies, if it may be stored and a stored copy could ever answer or be validated. */
function describeStorable(ask: Ask, parts: CacheParts, { headers, status }: Response): Variation | undefined {
  const { request } = ask
  const question = { method: 'GET', requestHeaders: request.headers, status, headers } as const
  if (request.cache === 'no-store' || !decideStore({ ...question, cacheType: 'private' }).store)
    return undefined
  const directives = parseCacheControl(headers.get('cache-control'))
  const isUsable =
    freshnessLifetime({ status, headers }, 'private').seconds > 0 ||
    directives.staleWhileRevalidate !== undefined ||
    directives.staleIfError !== undefined ||
    headers.has('etag') ||
    headers.has('last-modified')
  const isTooLarge = (parseDeltaSeconds(headers.get('content-length')) ?? 0) > parts.maxEntryBytes
  const variation = isUsable && !isTooLarge ? describeVariation(headers.get('vary'), ask) : undefined
  if (variation === undefined) return undefined
  const isPerUser =
    variation.isPerUser ||
    directives.private !== undefined ||
    ask.authorization !== '' ||
    (!ask.isSameOrigin && ask.hasCredentials)
  return { ...variation, isPerUser }
}

/** Keeps the worker alive until storing has ended; tells whether it ended well. */
async function settle({ handler }: Ask, storing: Promise<void>): Promise<boolean> {
  return await handler.waitUntil(
    storing.then(
      () => true,
      () => false,
    ),
  )
}
