import {
  PARTITION_HEADER,
  decideStore,
  freshnessLifetime,
  parseCacheControl,
  parseDeltaSeconds,
  storableHeaders,
  updateStoredHeaders,
} from '../policy/index.ts'
import { NULL_BODY_STATUS } from './answer.ts'
import type { Ask } from './ask.ts'
import type { CacheParts } from './cache-parts.ts'
import { workerDirectives } from './directives.ts'
import { type Exchange, type Ticket, isOvertaken } from './flights.ts'
import { isExact } from './is-exact.ts'
import { isMaybeForeign, pastHttpCache, toNetworkRequest } from './network-request.ts'
import { SharedBody } from './shared-body.ts'
import type { Part, StoredEntry } from './stored-entry.ts'
import { isSafeMethod } from './unsafe-method.ts'
import { type Variation, describeVariation, variantOf } from './variant.ts'

interface SendOptions {
  readonly ticket: Ticket
  /** What to validate. */
  readonly stored?: StoredEntry | undefined
  /** No page reads the body. */
  readonly isBackground?: boolean | undefined
}

/** Chromium ends a worker one of whose events has gone on for five minutes, and with it every answer that is under way. */
const LONGEST_WAIT_MS = 240_000

/** The others show a worker neither status nor header fields. */
const READABLE_TYPE = /^(?:basic|cors|default)$/
/** RFC 9112 §4. Browsers are more lenient with what they receive than with what is rebuilt. */
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Sends a request to the origin, learns the partition, and sees that what may be stored is. */
export async function sendToOrigin(ask: Ask, parts: CacheParts, options: SendOptions): Promise<Exchange> {
  const { url } = ask
  const { partitions, platform, store } = parts
  const { stored, ticket } = options
  const requestTimeMs = platform.now()
  const response = await fetchExactly(ask, stored).catch((error: unknown) => {
    // While the network was away something may have been invalidated.
    if (!ask.request.signal.aborted) parts.site.lost()
    throw error
  })
  const responseTimeMs = platform.now()
  const epoch = await observePartition(ask, parts, response)
  const exchange: Exchange = { response, ticket, requestTimeMs, responseTimeMs }

  if (response.status === 304 && stored !== undefined) {
    if (stored.partition !== '' && partitions.epoch !== ask.epoch) {
      // It confirmed what belongs to somebody else now.
      const { isBackground } = options
      return await sendToOrigin({ ...ask, epoch: partitions.epoch }, parts, { ticket, isBackground })
    }
    const headers = updateStoredHeaders(stored.headers, [...response.headers])
    const confirmed: StoredEntry = { ...stored, requestTimeMs, responseTimeMs, headers }
    const updated = { status: stored.status, headers: new Headers(headers) }
    if (isOvertaken(ticket, new Headers(stored.headers), updated.headers)) return { ...exchange, confirmed }
    // RFC 9111 §4.3.4: it is kept by the same rules as a 200; where it names other fields, nobody knows which variant it is.
    const isVariedAnew = updated.headers.get('vary') !== new Headers(stored.headers).get('vary')
    const variation = describeStorable(ask, parts, { response: updated, responseTimeMs }, undefined)
    if (isVariedAnew || variation?.isPerUser !== (stored.partition !== '')) {
      void ask.handling.waitUntil(store.remove(url))
      return { ...exchange, confirmed }
    }
    return { ...exchange, confirmed, settled: settle(ask, parts, store.update(url, confirmed)) }
  }
  return await takeIn(ask, parts, exchange, options, epoch)
}

/** Sees that a response is stored, if it may be; `epoch` is the one under which it may. */
export async function takeIn(
  ask: Ask,
  parts: CacheParts,
  exchange: Exchange,
  options: SendOptions,
  epoch: number,
): Promise<Exchange> {
  const { response } = exchange
  const { stored } = options
  // What was redirected would lose its URL when it is rebuilt, and what has a status of its own can't be.
  const { redirected, status, statusText, type } = response
  if (
    redirected ||
    status < 200 ||
    status > 599 ||
    !READABLE_TYPE.test(type) ||
    !REASON_PHRASE.test(statusText)
  ) {
    if (stored !== undefined) void ask.handling.waitUntil(parts.store.remove(ask.url))
    return { ...exchange, isUntouchable: true }
  }
  if (isMaybeForeign(ask.request) && mayBeOld(ask.request, response, exchange.responseTimeMs)) return exchange

  // RFC 9111 §4.3.3: a server error does not replace what is stored; anything else that is not kept ends it.
  if (stored !== undefined && response.status >= 500) return exchange
  const part = partOf(response)
  const variation = describeStorable(ask, parts, exchange, part)
  const partition = variation?.isPerUser ? await privatePartition(ask, parts, epoch) : ''
  if (variation !== undefined && partition !== undefined) {
    return await keep(ask, parts, exchange, { ...options, varyBy: variation.varyBy, part, partition, epoch })
  }
  if (stored !== undefined) void ask.handling.waitUntil(parts.store.remove(ask.url))
  return exchange
}

/** Sends a request to the network and nowhere else, the stored response to be validated with it. */
export async function fetchExactly(ask: Ask, stored?: StoredEntry): Promise<Response> {
  const { handling, request } = ask
  const response = await handling.fetch(toNetworkRequest(ask, stored))
  // Where a redirect leads is hidden from a worker; only the browser can follow it.
  const isHidden = response.type === 'opaqueredirect' && request.redirect !== 'manual'
  return isHidden ? await handling.fetch(pastHttpCache(request)) : response
}

/** Takes in the partition that a response names; returns the epoch under which the response may be stored. */
export async function observePartition(
  ask: Ask,
  { partitions }: CacheParts,
  response: Response,
): Promise<number> {
  if (!ask.isSameOrigin || !ask.hasCredentials) return ask.epoch
  const { method, mode } = ask.request
  const isUnsafe = !isSafeMethod(method)
  // A redirect may have led to another origin, which has no say in it.
  const named = response.type === 'cors' ? null : response.headers.get(PARTITION_HEADER)
  const isHidden =
    response.type === 'opaqueredirect'
      ? isUnsafe || mode === 'navigate'
      : isUnsafe && response.redirected && named === null
  if (isHidden) {
    // A form, a link to sign out or the way back from a login elsewhere may have changed the user, and a redirect hides
    // the header that says so. Nobody is held until a response names somebody; what is stored is kept for that.
    await partitions.hold(undefined)
    return partitions.epoch
  }
  const epoch = await partitions.observe(named, ask.epoch, isUnsafe)
  if (epoch !== ask.epoch) void ask.handling.waitUntil(partitions.wiped)
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
  readonly part: Part | undefined
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
  const { epoch, isBackground, part, partition, ticket, varyBy } = options
  // Chromium gives some of those that have none an empty body, which nobody would read.
  const source = NULL_BODY_STATUS.has(response.status) ? null : response.body
  const body = source === null ? undefined : new SharedBody(source)
  const copy = body?.follow(parts.maxEntryBytes) ?? null
  if (isBackground)
    body
      ?.open()
      .pipeTo(new WritableStream())
      .catch(() => {})
  const { hooks } = ask.handling
  const allowed = hooks?.beforeStore
    ? await hooks.beforeStore(response, copy)
    : { headers: response.headers, body: copy }
  if (allowed === undefined) return { ...exchange, body }

  const entry: StoredEntry = {
    partition,
    variant: variantOf(ask, varyBy),
    id: platform.createId(),
    // What is known of a part holds for the whole.
    ...(part === undefined
      ? { status: response.status, statusText: response.statusText }
      : { status: 200, statusText: 'OK', part }),
    headers: storableHeaders([...allowed.headers]),
    requestTimeMs,
    responseTimeMs,
    size: 0,
  }
  const storing = store.put(ask.url, varyBy, entry, allowed.body, () => {
    const isOthers = partition !== '' && epoch !== partitions.epoch
    if (isOthers || isOvertaken(ticket, allowed.headers)) throw new Error('outdated')
    const size = body?.bytes ?? 0
    if (part === undefined) return { ...entry, size }
    // A part may end before it says; what is longer was miscounted, and would mix up bytes later.
    const end = part.start + size - 1
    if (end > part.end || size === 0) throw new Error('not the part that it says')
    return { ...entry, size, part: { ...part, end } }
  })
  const told = storing.then(() => hooks?.afterStore?.(ask.url, entry))
  // What storage does not take must not pile up before it.
  storing.catch(() => allowed.body?.cancel()).catch(() => {})
  return { ...exchange, body, entry, varyBy, settled: settle(ask, parts, told) }
}

/** By what a response varies, if it may be stored and a stored copy could ever answer or be validated. */
function describeStorable(
  ask: Ask,
  parts: CacheParts,
  {
    response,
    responseTimeMs,
  }: { readonly response: Pick<Response, 'headers' | 'status'>; readonly responseTimeMs: number },
  part: Part | undefined,
): Variation | undefined {
  const { request } = ask
  const { headers } = response
  const status = part === undefined ? response.status : 200
  const read = workerDirectives(headers)
  const question = {
    method: 'GET',
    requestHeaders: request.headers,
    status,
    headers,
    directives: read,
  } as const
  if (request.cache === 'no-store' || !decideStore({ ...question, cacheType: 'private' }).store)
    return undefined
  const directives = read.values
  const isUsable =
    freshnessLifetime({ status, headers, responseTimeMs }, 'private', read).seconds > 0 ||
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
    // A targeted field says for how long; whose it is stays said.
    parseCacheControl(headers.get('cache-control')).private !== undefined ||
    headers.has(PARTITION_HEADER) ||
    ask.authorization !== '' ||
    (!ask.isSameOrigin && ask.hasCredentials)
  return { ...variation, isPerUser }
}

/** Whether the browser's HTTP cache may have answered by itself what went to the network as the browser made it. */
function mayBeOld({ cache }: Request, response: Response, responseTimeMs: number): boolean {
  // `force-cache`: on the way back to a page.
  return cache === 'force-cache' || (cache === 'default' && !isExact(response, responseTimeMs))
}

/** The part that a 206 brought; `undefined` for whole responses, and for parts that can't be counted as they arrive. */
function partOf({ headers, status }: Response): Part | undefined {
  if (status !== 206 || headers.has('content-encoding')) return undefined
  const [, start, end, length] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? []
  return length === undefined ? undefined : { start: Number(start), end: Number(end), length: Number(length) }
}

/** Keeps the worker alive until storing has ended, within limits; tells whether it ended well. */
async function settle({ handling }: Ask, { platform }: CacheParts, storing: Promise<void>): Promise<boolean> {
  const isStored = storing.then(
    () => true,
    () => false,
  )
  void handling.waitUntil(Promise.race([isStored, platform.delay(LONGEST_WAIT_MS)]))
  return await isStored
}
