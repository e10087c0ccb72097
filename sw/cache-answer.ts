import { type ReuseDecision, assess, currentAge, decideReuse, parseCacheControl } from '../policy/index.ts'
import { type OwnStatus, createAnswer } from './answer.ts'
import { type Ask, isSelective } from './ask.ts'
import type { CacheParts } from './cache-parts.ts'
import { workerDirectives } from './directives.ts'
import { type Exchange, isOvertaken } from './flights.ts'
import { hasChanged } from './has-changed.ts'
import { fetchExactly, observePartition, sendToOrigin } from './origin.ts'
import type { Found } from './response-store.ts'
import { isEnough, selectPart } from './select-part.ts'
import { type StoredEntry, toStoredResponse } from './stored-entry.ts'
import { variantOf } from './variant.ts'

type Revalidation = Extract<ReuseDecision, { kind: 'revalidate' }>
type Reason = 'uri-miss' | 'vary-miss' | 'partial' | 'request' | 'bypass'

/** Below this, a clock that differs was put right by a little; above it, it was set back. */
const CLOCK_SLACK_MS = 60_000
/** Older than any lifetime. */
const LONG_AGO_MS = 1e15

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
    const { cacheMode, handling } = this.#ask
    if (cacheMode === 'no-store') return await this.#forward('bypass')
    if (cacheMode === 'reload') return await this.#forward('request')
    const found = await this.#find()
    if (typeof found === 'string') return this.#wantsStoredOnly() ? notCached() : await this.#forward(found)
    const decision = this.#decideReuse(found.entry)
    if (decision.kind === 'unsatisfiable') return notCached()
    if (found.entry.part !== undefined && !this.#isPartEnough(found, decision))
      return this.#wantsStoredOnly() ? notCached() : await this.#forward('partial')
    if (decision.kind === 'revalidate') return await this.#revalidate(found, decision)
    const answer = this.#answerStored(found, { hit: true, ttl: decision.ttl })
    if (decision.kind === 'stale-while-revalidate')
      void handling.waitUntil(this.#revalidateInBackground(found))
    return await answer
  }

  /** What is stored, after all that the site has invalidated is gone from there. */
  async #find(): Promise<Found | 'uri-miss' | 'vary-miss'> {
    const { site, store } = this.#parts
    const found = await store.find(this.#ask)
    // RFC 8246: what never changes is not waited for.
    if (typeof found === 'string' || site.isCurrent || isImmutable(found.entry)) return found
    await site.settle()
    return await store.find(this.#ask)
  }

  #wantsStoredOnly(): boolean {
    return parseCacheControl(this.#ask.headers.get('cache-control')).onlyIfCached === true
  }

  /** A part answers what lies in it, while it is fresh; it is not worth a validation, nor a window. */
  #isPartEnough({ entry }: Found, { kind }: ReuseDecision): boolean {
    return kind === 'fresh' && isEnough(this.#ask.request, entry, new Headers(entry.headers))
  }

  #decideReuse(entry: StoredEntry): ReuseDecision {
    const stored = toStoredResponse(entry)
    const nowMs = this.#parts.platform.now()
    const assessed = assess(stored, 'private', workerDirectives(stored.headers))
    // RFC 8246 §2: what never changes is not asked for again while it is fresh, also when its page is reloaded.
    const isReload = this.#ask.cacheMode === 'no-cache' && assessed.directives.values.immutable
    const decision = decideReuse({
      requestHeaders: isReload ? this.#ask.request.headers : this.#ask.headers,
      stored: assessed,
      // What seems to come from the future was stored before the clock was set back: nobody knows how old it is.
      nowMs: nowMs < entry.responseTimeMs - CLOCK_SLACK_MS ? nowMs + LONG_AGO_MS : nowMs,
      cacheType: 'private',
    })
    const { immutable, staleIfError } = assessed.directives.values
    if (isAnswer(decision) && !immutable && !this.#parts.site.trusts(entry)) {
      // It may have been invalidated, which only the origin knows; without a network nobody can hold it against us.
      const { age, ttl } = decision
      return {
        kind: 'revalidate',
        age,
        ttl,
        rule: 'reuse-no-cache',
        staleIfError: staleIfError !== undefined,
        staleIfDisconnected: true,
      }
    }
    // An author who states how long a stale response may stand in for a failure means it when the network is away, too.
    return decision.kind === 'revalidate' && staleIfError !== undefined
      ? { ...decision, staleIfDisconnected: decision.staleIfError }
      : decision
  }

  /** Answers with what is stored; asks the origin where a plugin or a change of partition forbids that meanwhile. */
  async #answerStored(found: Found, did: OwnStatus): Promise<Response> {
    const { partitions, platform, store } = this.#parts
    const { entry, row } = found
    const stored = toStoredResponse(entry)
    const whole = { ...stored, body: found.body.body }
    const { beforeUse } = this.#ask.handling.hooks ?? {}
    const cached = beforeUse ? await beforeUse(new Response(whole.body, stored)) : whole
    const isOthers = entry.partition !== '' && partitions.epoch !== this.#ask.epoch
    if (cached === undefined || isOthers) return await this.#forward('uri-miss')
    void this.#ask.handling.waitUntil(store.touch(row))
    return createAnswer(selectPart(this.#ask.request, entry, cached), {
      age: currentAge(stored, platform.now()),
      isStored: true,
      did,
    })
  }

  /** RFC 9111 §4.3. Others who want the same validated join in. */
  async #revalidate(found: Found, decision: Revalidation): Promise<Response> {
    const detail = decision.staleIfError ? 'stale-if-error' : 'disconnected'
    const answerStale = () => this.#answerStored(found, { hit: true, ttl: decision.ttl, detail })
    if (isSelective(this.#ask.request)) {
      return await this.#forwardSelective().catch((error: unknown) => {
        if (decision.staleIfDisconnected) return answerStale()
        throw error
      })
    }
    // One that has arrived may be stored for long, by the pace of its page, and is as old by then.
    const joined = this.#parts.flights.join(this.#validationKey(found), true)
    let isOwn = joined === undefined
    let exchange: Exchange
    try {
      exchange = await (joined ?? this.#validate(found))
      // An origin that fails is not asked once for each who waits.
      const isFailure = decision.staleIfError && STALE_IF_ERROR.has(exchange.response.status)
      if (!isOwn && !isFailure && !this.#canShareValidated(exchange)) {
        isOwn = true
        exchange = await this.#send(undefined, found)
      }
    } catch (error) {
      if (decision.staleIfDisconnected) return await answerStale()
      // RFC 9111 §5.2.2.2. A navigation may yet have a fallback, and who has gone away hears nothing.
      if (this.#ask.request.mode !== 'navigate' && !this.#ask.request.signal.aborted) return notCached()
      throw error
    }
    const { confirmed, response } = exchange
    const fwd = decision.rule.startsWith('reuse-request') ? 'request' : 'stale'
    const did: OwnStatus = { fwd, fwdStatus: response.status, ...(isOwn ? {} : { collapsed: true }) }
    if (confirmed !== undefined)
      return await this.#answerStored(
        { ...found, entry: confirmed },
        exchange.settled ? { ...did, stored: true } : did,
      )
    if (!decision.staleIfError || !STALE_IF_ERROR.has(response.status))
      return this.answerExchange(exchange, did)
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
    const { request: asked } = this.#ask
    if (isSelective(asked)) {
      // A part may be stored; so may the whole, where the origin does not send parts.
      const isRange =
        asked.method === 'GET' && asked.headers.has('range') && !asked.headers.has('if-none-match')
      return isRange && reason !== 'bypass' && reason !== 'request'
        ? this.answerExchange(await this.#send(undefined), { fwd: reason })
        : await this.#forwardSelective()
    }
    const { flights, partitions } = this.#parts
    // A switch may have come between: from here on it is a request of the new partition.
    this.#ask = { ...this.#ask, epoch: partitions.epoch }
    const { authorization, epoch, request, url } = this.#ask
    const mayJoin = reason !== 'bypass' && reason !== 'request'
    const key = mayJoin
      ? `${epoch} ${request.credentials} ${request.redirect} ${authorization} ${url}`
      : undefined
    const joined = key === undefined ? undefined : flights.join(key)
    if (joined !== undefined) {
      const exchange = await joined
      if (this.#canShare(exchange)) {
        const decision = this.#decideReuse(exchange.entry)
        if (decision.kind === 'fresh' || decision.kind === 'stale-while-revalidate') {
          return this.answerExchange(exchange, { fwd: reason, collapsed: true })
        }
        // It is to be validated. Where the body is still arriving, storing may wait for a page that does not read on.
        if (decision.kind === 'revalidate' && exchange.body?.isEnded !== false && (await exchange.settled)) {
          const found = await this.#parts.store.find(this.#ask)
          if (typeof found !== 'string') return await this.#revalidate(found, decision)
        }
      }
    }
    return this.answerExchange(await this.#send(joined === undefined ? key : undefined), { fwd: reason })
  }

  /** What asks for less than the whole goes on as it is, and what comes back is for the page alone. */
  async #forwardSelective(): Promise<Response> {
    const response = await fetchExactly(this.#ask)
    await observePartition(this.#ask, this.#parts, response)
    return response
  }

  async #send(key: string | undefined, found?: Found, isBackground?: boolean): Promise<Exchange> {
    return await this.#parts.flights.start(this.#ask.url, key, (ticket) =>
      sendToOrigin(this.#ask, this.#parts, { ticket, stored: found?.entry, isBackground }),
    )
  }

  /** Whether somebody else's answer is there for this request as well (RFC 9111 §4: collapsed requests). */
  #canShare(exchange: Exchange): exchange is Exchange & { entry: StoredEntry } {
    const { body, entry, response, ticket, varyBy = [] } = exchange
    return (
      entry !== undefined &&
      body?.isJoinable !== false &&
      !isOvertaken(ticket, response.headers) &&
      variantOf(this.#ask, varyBy) === entry.variant
    )
  }

  #canShareValidated(exchange: Exchange): boolean {
    const { confirmed, settled, ticket } = exchange
    return confirmed === undefined
      ? this.#canShare(exchange)
      : settled !== undefined && !isOvertaken(ticket, new Headers(confirmed.headers))
  }

  /** What the network said, for one of those who asked. */
  answerExchange({ body, entry, isUntouchable, response, ...times }: Exchange, did: OwnStatus): Response {
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

function isImmutable({ headers }: StoredEntry): boolean {
  return workerDirectives(new Headers(headers)).values.immutable === true
}

/** Whether the stored response would be given before the origin is asked. */
function isAnswer({ kind }: ReuseDecision): boolean {
  return kind === 'fresh' || kind === 'stale-while-revalidate'
}

/** RFC 9111 §5.2.1.7. */
function notCached(): Response {
  return new Response(null, { status: 504, statusText: 'Gateway Timeout' })
}
