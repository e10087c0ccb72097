import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  type ForwardReason,
  type ReuseDecision,
  decideReuse,
  fromNodeHeaders,
  parseCacheControl,
} from '../../policy/index.ts'
import { type Did, answerStored, answerUnsatisfiable } from './answer.ts'
import { type Ask, copyHeaders } from './ask.ts'
import { applicationOf, backgroundExchange } from './background.ts'
import { Flights, type Landing } from './flights.ts'
import { Forward, type ForwardOptions } from './forward.ts'
import type { ResolvedOptions } from './options.ts'
import { hasBody, targetOf } from './request-key.ts'
import { type Found, ResponseStore } from './response-store.ts'
import { watchUnsafe } from './unsafe-method.ts'

type Next = () => void
type Revalidation = NonNullable<ForwardOptions['stored']>

/** How long a background request is believed to be still on its way. */
const REFRESH_MS = 60_000

/** How often one request waits for another before it goes itself: the first may show what the response varies by. */
const MOST_WAITS = 3

/** What a lookup came to. */
interface Outcome {
  readonly found: Found | undefined
  readonly reuse: ReuseDecision | undefined
  readonly miss: ForwardReason
}

/** Requests that one of the caches of this process has at work. */
const seen = new WeakSet<IncomingMessage>()

/** The response cache itself (RFC 9111), for a middleware and for a listener alike. */
export class ResponseCacheEngine {
  readonly #options: ResolvedOptions
  readonly #store: ResponseStore
  readonly #flights = new Flights()
  /** Requests that this cache sent in the background, until the application hands them to its middleware. */
  readonly #background = new WeakMap<IncomingMessage, (next: Next) => void>()
  readonly #refreshing = new Map<string, number>()

  constructor(options: ResolvedOptions) {
    this.#options = options
    this.#store = new ResponseStore(options.cache)
  }

  /** Answers a request or hands it on. `application` is what a request in the background goes to. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    next: Next,
    application: RequestListener | undefined,
  ): void {
    const inBackground = this.#background.get(request)
    if (inBackground !== undefined) {
      this.#background.delete(request)
      inBackground(next)
      return
    }
    // Mounted twice, or around an application that has it inside: the outer one is at work already.
    if (seen.has(request)) {
      next()
      return
    }
    const target = targetOf(request)
    const { method } = request
    if (method !== 'GET' && method !== 'HEAD') {
      if (target !== undefined) watchUnsafe(request, response, target, this.#store)
      next()
      return
    }
    seen.add(request)
    const { headers } = request
    const isForOrigin = headers['if-match'] !== undefined || headers['if-unmodified-since'] !== undefined
    if (target === undefined || isForOrigin || headers.upgrade !== undefined || hasBody(request)) {
      next()
      return
    }
    const ask: Ask = {
      request,
      response,
      target,
      urlKeys: this.#store.urlKeys(target),
      headers: fromNodeHeaders(headers),
    }
    const found = this.#store.peek(ask.urlKeys, ask.headers)
    const reuse = found && this.#decide(ask, found)
    if (found !== undefined && reuse !== undefined && this.#answer(ask, found, reuse, application)) return
    void this.#goOn({ ...ask, headers: copyHeaders(request) }, next, application)
  }

  #decide(ask: Ask, { record }: Found): ReuseDecision {
    return decideReuse({
      requestHeaders: ask.headers,
      stored: record.assess(this.#options.targets),
      nowMs: this.#options.now(),
      cacheType: 'shared',
      profile: this.#options.rules,
    })
  }

  /** Answers from the store, if that is what was decided. */
  #answer(
    ask: Ask,
    found: Found,
    reuse: ReuseDecision,
    application: RequestListener | undefined,
    collapsed?: Did,
  ): boolean {
    const { request, response, headers } = ask
    const { kind, ttl } = reuse
    if (kind === 'revalidate') return false
    if (kind === 'unsatisfiable') {
      answerUnsatisfiable(response, { fwd: 'stale', ttl, detail: reuse.rule }, this.#options)
      return true
    }
    const isStale = kind === 'stale-while-revalidate'
    // Nobody there who could be asked in the background: then in the foreground.
    if (isStale && application === undefined && applicationOf(request) === undefined) return false
    const did = collapsed ?? { hit: true, ttl, detail: found.tier }
    answerStored(request, headers, response, found, did, this.#options)
    if (isStale) this.#refresh(ask, found, reuse, application)
    return true
  }

  /** What L1 could not answer at once: L2, then somebody else's request for the same, then the application. */
  async #goOn(ask: Ask, next: Next, application: RequestListener | undefined): Promise<void> {
    let collapsed: Did | undefined
    let outcome: Outcome = { found: undefined, reuse: undefined, miss: 'uri-miss' }
    try {
      for (let waits = 0; ; waits += 1) {
        outcome = await this.#lookUp(ask)
        if (ask.response.destroyed) return
        const { found, reuse } = outcome
        if (found !== undefined && reuse !== undefined) {
          if (this.#answer(ask, found, reuse, application, collapsed)) return
        } else if (parseCacheControl(ask.headers.get('cache-control')).onlyIfCached) {
          answerUnsatisfiable(
            ask.response,
            { fwd: outcome.miss, detail: 'reuse-only-if-cached' },
            this.#options,
          )
          return
        }
        const running = waits < MOST_WAITS ? this.#joinable(ask, reuse) : undefined
        // At once: two who were told by L2 in the same moment must not both find nobody on the way.
        if (running === undefined) break
        const landing = await running
        if (ask.response.destroyed) return
        if (landing === 'failed' && this.#answerInstead(ask, outcome)) return
        if (landing !== 'stored' && landing !== 'abandoned') break
        if (landing === 'stored') collapsed = { fwd: outcome.miss, collapsed: true }
      }
    } catch {
      // A fault in the cache never fails a request.
      if (ask.response.headersSent) {
        ask.response.destroy()
        return
      }
    }
    this.#forward(ask, outcome, next)
  }

  /** RFC 5861 §4: the error that one request met is not met again by all who waited for it. */
  #answerInstead({ request, response, headers }: Ask, { found, reuse, miss }: Outcome): boolean {
    if (found === undefined || reuse?.kind !== 'revalidate' || !reuse.staleIfError) return false
    const did = { fwd: miss, collapsed: true, ttl: reuse.ttl, detail: 'stale-if-error' } as const
    answerStored(request, headers, response, found, did, this.#options)
    return true
  }

  async #lookUp(ask: Ask): Promise<Outcome> {
    const inL1 = this.#store.peek(ask.urlKeys, ask.headers)
    const below = inL1 ?? (await this.#store.get(ask.urlKeys, ask.headers))
    // While L2 looked in vain, somebody else's request may have filled L1.
    const found = typeof below === 'object' ? below : (this.#store.peek(ask.urlKeys, ask.headers) ?? below)
    if (typeof found !== 'object') {
      return { found: undefined, reuse: undefined, miss: found === undefined ? 'uri-miss' : 'vary-miss' }
    }
    const reuse = this.#decide(ask, found)
    return { found, reuse, miss: reuse.rule.startsWith('reuse-request') ? 'request' : 'stale' }
  }

  /** Somebody else's request for the same, if its answer may serve this one as well. */
  #joinable(
    { request, headers, urlKeys }: Ask,
    reuse: ReuseDecision | undefined,
  ): Promise<Landing> | undefined {
    const isOwn = request.method !== 'GET' || headers.get('range') || reuse?.rule.startsWith('reuse-request')
    return isOwn ? undefined : this.#flights.join(this.#store.flightKey(urlKeys, headers))
  }

  #forward(ask: Ask, { found, reuse, miss }: Outcome, next: Next): void {
    const { request, headers, urlKeys } = ask
    const key = this.#store.flightKey(urlKeys, headers)
    const isPlain = request.method === 'GET' && !(found === undefined && headers.get('range'))
    const isTransparent = !isPlain || (found === undefined && this.#flights.isUnshared(key))
    const end = isTransparent ? () => {} : this.#flights.begin(key)
    const stored = found && reuse?.kind === 'revalidate' ? { found, reuse } : undefined
    const onSettled = (landing: Landing): void => {
      if (isPlain) this.#flights.remember(key, landing)
      end(landing)
    }
    new Forward(ask, this.#store, this.#options, { fwd: miss, stored, isTransparent, onSettled }).begin()
    next()
  }

  /** Asks the application again for what was just answered stale (RFC 5861 §3). */
  #refresh(ask: Ask, found: Found, reuse: ReuseDecision, application: RequestListener | undefined): void {
    const key = this.#store.flightKey(ask.urlKeys, ask.headers)
    const nowMs = this.#options.now()
    if ((this.#refreshing.get(key) ?? 0) > nowMs - REFRESH_MS) return
    this.#refreshing.set(key, nowMs)
    const { request, response } = backgroundExchange(ask.request)
    const onSettled = (): void => void this.#refreshing.delete(key)
    response.once('finish', onSettled).once('close', onSettled)
    seen.add(request)
    const stored: Revalidation = {
      found,
      reuse: { ...reuse, kind: 'revalidate', staleIfError: true, staleIfDisconnected: true },
    }
    const send = (next: Next): void => {
      const own = { ...ask, request, response, headers: copyHeaders(request) }
      const options = { fwd: 'stale', stored, isTransparent: false, onSettled } as const
      new Forward(own, this.#store, this.#options, options).begin()
      next()
    }
    // After the answer: who asked does not wait for the application.
    setImmediate(() => {
      if (application !== undefined) {
        send(() => application(request, response))
        return
      }
      // The whole application again, until it comes to this cache.
      this.#background.set(request, send)
      applicationOf(ask.request)?.(request, response)
    })
  }
}
