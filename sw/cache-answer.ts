import { type ReuseDecision, assess, currentAge, decideReuse } from '../policy/index.ts'
import { type OwnStatus, createAnswer } from './answer.ts'
import type { Ask } from './ask.ts'
import type { CacheParts } from './cache-parts.ts'
import type { Exchange } from './flights.ts'
import { hasChanged } from './has-changed.ts'
import { sendToOrigin } from './origin.ts'
import { mayUseCached } from './plugin-callbacks.ts'
import type { Found } from './response-store.ts'
import { type StoredEntry, toStoredResponse } from './stored-entry.ts'
import { variantOf } from './variant.ts'

type Revalidation = Extract<ReuseDecision, { kind: 'revalidate' }>
type Reason = 'uri-miss' | 'vary-miss' | 'request' | 'bypass'

/** RFC 5861 §4. */
const STALE_IF_ERROR: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Answers one GET: from the store, from the origin, or from the store after asking the origin. */
export class CacheAnswer {
  readonly #parts: CacheParts
  #ask: Ask

  constructor(ask: Ask, parts: CacheParts) {
    this.#ask = ask
    this.#parts = parts
  }

  async decide(): Promise<Response> {
    const { handler, request } = this.#ask
    if (request.cache === 'no-store') return await this.#forward('bypass')
    if (request.cache === 'reload') return await this.#forward('request')
    const found = await this.#parts.store.find(this.#ask)
    if (typeof found === 'string')
      return request.cache === 'only-if-cached' ? notCached() : await this.#forward(found)
    const decision = this.#decideReuse(found.entry)
    if (decision.kind === 'unsatisfiable') return notCached()
    if (decision.kind === 'revalidate') return await this.#revalidate(found, decision)
    const answer = this.#answerStored(found, { hit: true, ttl: decision.ttl })
    if (decision.kind === 'stale-while-revalidate')
      void handler.waitUntil(this.#revalidateInBackground(found))
    return await answer
  }

  #decideReuse(entry: StoredEntry): ReuseDecision {
    return decideReuse({
      requestHeaders: this.#ask.headers,
      stored: assess(toStoredResponse(entry), 'private'),
      nowMs: this.#parts.platform.now(),
      cacheType: 'private',
    })
  }

  /** Answers with what is stored; asks the origin where a plugin or a change of partition forbids that meanwhile. */
  async #answerStored(found: Found, did: OwnStatus): Promise<Response> {
    const { partitions, platform, store } = this.#parts
    const { entry, row } = found
    const stored = toStoredResponse(entry)
    const whole = { ...stored, body: found.body.body }
    const cached = this.#ask.handler.hasCallback('cachedResponseWillBeUsed')
      ? await mayUseCached(this.#ask, this.#parts, new Response(whole.body, stored))
      : whole
    const isOthers = entry.partition !== '' && partitions.epoch !== this.#ask.epoch
    if (cached === undefined || isOthers) return await this.#forward('uri-miss')
    void this.#ask.handler.waitUntil(store.touch(row))
    return createAnswer(cached, { age: currentAge(stored, platform.now()), isStored: true, did })
  }

  /** RFC 9111 §4.3. Others who want the same validated join in. */
  async #revalidate(found: Found, decision: Revalidation): Promise<Response> {
    const answerStale = () =>
      this.#answerStored(found, { hit: true, ttl: decision.ttl, detail: 'stale-if-error' })
    const joined = this.#parts.flights.join(this.#validationKey(found))
    let isOwn = joined === undefined
    let exchange: Exchange
    try {
      exchange = await (joined ?? this.#validate(found))
      if (!isOwn && exchange.confirmed === undefined && !this.#canShare(exchange)) {
        isOwn = true
        exchange = await this.#send(undefined, found)
      }
    } catch (error) {
      if (decision.staleIfError) return await answerStale()
      throw error
    }
    const { confirmed, response } = exchange
    const fwd = decision.rule.startsWith('reuse-request') ? 'request' : 'stale'
    const did: OwnStatus = { fwd, fwdStatus: response.status, ...(isOwn ? {} : { collapsed: true }) }
    if (confirmed !== undefined)
      return await this.#answerStored({ ...found, entry: confirmed }, { ...did, stored: true })
    if (!decision.staleIfError || !STALE_IF_ERROR.has(response.status))
      return this.#answerExchange(exchange, did)
    if (isOwn) void response.body?.cancel()
    return await answerStale()
  }

  /** RFC 5861 §3. Tells the pages when what they were given turns out to be old. */
  async #revalidateInBackground(found: Found): Promise<void> {
    const { flights, platform } = this.#parts
    if (flights.join(this.#validationKey(found)) !== undefined) return
    try {
      const { confirmed, entry, response, settled } = await this.#validate(found, true)
      if (confirmed !== undefined) return
      if (entry === undefined) await response.body?.cancel()
      else if ((await settled) && hasChanged(found.entry, entry)) {
        await platform.notifyPages({ type: 'thermocline:updated', url: this.#ask.url })
      }
    } catch {
      // The next request tries again.
    }
  }

  #validate(found: Found, isBackground = false): Promise<Exchange> {
    return this.#send(this.#validationKey(found), found, isBackground)
  }

  #validationKey({ entry }: Found): string {
    return `${this.#ask.epoch} ${entry.id}`
  }

  /** Answers from the origin; one request serves all who ask for the same meanwhile, where its answer allows that. */
  async #forward(reason: Reason): Promise<Response> {
    const { flights, partitions } = this.#parts
    // A switch may have come between: from here on it is a request of the new partition.
    this.#ask = { ...this.#ask, epoch: partitions.epoch }
    const { authorization, epoch, request, url } = this.#ask
    const mayJoin = reason !== 'bypass' && reason !== 'request'
    const key = mayJoin ? `${epoch} ${request.credentials} ${authorization} ${url}` : undefined
    const joined = key === undefined ? undefined : flights.join(key)
    if (joined !== undefined) {
      const exchange = await joined
      if (this.#canShare(exchange)) {
        const { kind } = this.#decideReuse(exchange.entry)
        if (kind === 'fresh' || kind === 'stale-while-revalidate') {
          return this.#answerExchange(exchange, { fwd: reason, collapsed: true })
        }
      }
    }
    return this.#answerExchange(await this.#send(joined === undefined ? key : undefined), { fwd: reason })
  }

  async #send(key: string | undefined, found?: Found, isBackground?: boolean): Promise<Exchange> {
    return await this.#parts.flights.start(this.#ask.url, key, (ticket) =>
      sendToOrigin(this.#ask, this.#parts, { ticket, stored: found?.entry, isBackground }),
    )
  }

  /** Whether somebody else's answer is there for this request as well (RFC 9111 §4: collapsed requests). */
  #canShare(exchange: Exchange): exchange is Exchange & { entry: StoredEntry } {
    const { body, entry, varyBy = [] } = exchange
    return entry !== undefined && body?.isJoinable !== false && variantOf(this.#ask, varyBy) === entry.variant
  }

  #answerExchange({ body, entry, isUntouchable, response, ...times }: Exchange, did: OwnStatus): Response {
    if (isUntouchable) return response
    const { headers, status, statusText } = response
    const whole = { status, statusText, headers, body: body?.open() ?? response.body }
    return createAnswer(whole, {
      age: currentAge({ status, headers, ...times }, this.#parts.platform.now()),
      isStored: false,
      did: entry === undefined ? did : { ...did, stored: true },
    })
  }
}

/** RFC 9111 §5.2.1.7. */
function notCached(): Response {
  return new Response(null, { status: 504, statusText: 'Gateway Timeout' })
}
