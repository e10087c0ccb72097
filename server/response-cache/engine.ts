import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  type ForwardReason,
  type ReuseDecision,
  fromNodeHeaders,
  parseCacheControl,
} from '../../policy/index.ts'
import type { LoadStart } from '../cache/cache-parts.ts'
import { decidedBy } from '../http/order.ts'
import { type Did, answerStored, answerUnsatisfiable } from './answer.ts'
import { type Ask, copyHeaders } from './ask.ts'
import { applicationOf, backgroundExchange } from './background.ts'
import { decideFound } from './decide-found.ts'
import { Flights, type Landing } from './flights.ts'
import { Forward, type ForwardOptions } from './forward.ts'
import type { ResolvedOptions } from './options.ts'
import { hasBody, isUpgrade, targetOf } from './request-key.ts'
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
  /** Where things stood before it. */
  readonly start: LoadStart
}

const NOTHING = { found: undefined, reuse: undefined, miss: 'uri-miss' } as const

/** Fields that ask for an answer of one's own. */
const OWN_ANSWER = ['range', 'if-match', 'if-unmodified-since']

/** Requests that one of the caches of this process has at work. */
const seen = new WeakSet<IncomingMessage>()

/** The response cache itself (RFC 9111), for a middleware and for a listener alike. */
export class ResponseCacheEngine {
  readonly #options: ResolvedOptions
  readonly #store: ResponseStore
  readonly #flights: Flights
  /** Requests that this cache sent in the background, until the application hands them to its middleware. */
  readonly #background = new WeakMap<IncomingMessage, (next: Next) => void>()
  readonly #refreshing = new Map<string, number>()
  #hasWarned = false

  constructor(options: ResolvedOptions) {
    this.#options = options
    this.#store = new ResponseStore(options.cache, JSON.stringify([options.rules, options.targets]))
    this.#flights = new Flights(options.collapseMs)
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
    if (decidedBy(response) !== undefined) this.#warnOfOrder()
    const { headers } = request
    if (target === undefined || isUpgrade(headers) || hasBody(request)) {
      seen.add(request)
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
    const reuse = found && decideFound(ask, found, this.#options)
    if (found !== undefined && reuse !== undefined && this.#answer(ask, found, reuse, application)) return
    // A hit goes no further, so nobody else will see it.
    seen.add(request)
    this.#goOn({ ...ask, headers: copyHeaders(request) }, next, application).catch((error: unknown) => {
      // The application's own: it is thrown to whom it would have been thrown without a cache.
      setImmediate(() => {
        throw error
      })
    })
  }

  #warnOfOrder(): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#options.onWarning(
      'responseCache() stands behind the header policies, so it does not see the fields that they write, and keeps next to ' +
        'nothing. Mount it before `http.middleware()`.',
    )
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
    let outcome: Outcome = { ...NOTHING, start: this.#store.begin() }
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
        const running = waits < MOST_WAITS ? this.#joinable(ask, outcome) : undefined
        // At once: two who were told by L2 in the same moment must not both find nobody on the way.
        if (running === undefined) break
        const landing = await running
        if (ask.response.destroyed) return
        if (landing === 'failed' || landing === 'unshared') {
          // Anew: what was found before the wait may have been invalidated meanwhile.
          outcome = await this.#lookUp(ask)
          if (landing === 'failed' && this.#answerInstead(ask, outcome)) return
          break
        }
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
    const start = this.#store.begin()
    const inL1 = this.#store.peek(ask.urlKeys, ask.headers)
    const below = inL1 ?? (await this.#store.get(ask.urlKeys, ask.headers))
    const isCurrent = typeof below === 'object' && this.#store.isCurrent(ask.target, below.record, start)
    // While L2 looked, in vain or too slowly for an invalidation, somebody else's request may have filled L1.
    const found = isCurrent ? below : this.#store.peek(ask.urlKeys, ask.headers)
    if (found === undefined) {
      return { ...NOTHING, start, miss: below === 'variant-missing' ? 'vary-miss' : 'uri-miss' }
    }
    const reuse = decideFound(ask, found, this.#options)
    return { found, reuse, start, miss: reuse.rule.startsWith('reuse-request') ? 'request' : 'stale' }
  }

  /** Somebody else's request for the same, if its answer may serve this one as well. */
  #joinable(ask: Ask, { reuse }: Outcome): Promise<Landing> | undefined {
    if (!this.#isForAll(ask) || reuse?.rule.startsWith('reuse-request')) return undefined
    return this.#flights.join(this.#store.flightKey(ask.urlKeys, ask.headers))
  }

  /**
   * Whether what comes for a request is likely to be for others as well. Behind a user's page nobody waits, and a user waits
   * behind nobody, until the URL is known to have responses for all.
   */
  #isForAll({ request, headers, urlKeys }: Ask): boolean {
    if (request.method !== 'GET' || OWN_ANSWER.some((name) => headers.get(name))) return false
    if (parseCacheControl(headers.get('cache-control')).noStore) return false
    const isUsers = headers.get('cookie') || headers.get('authorization')
    return !isUsers || this.#options.rules.storesForCookie || this.#store.isKnown(urlKeys)
  }

  #forward(ask: Ask, { found, reuse, miss, start }: Outcome, next: Next): void {
    const { request, headers, urlKeys } = ask
    const key = this.#store.flightKey(urlKeys, headers)
    const isPlain = request.method === 'GET' && !(found === undefined && headers.get('range'))
    const isTransparent = !isPlain || (found === undefined && this.#flights.isUnshared(key))
    const end = isTransparent || !this.#isForAll(ask) ? () => {} : this.#flights.begin(key)
    const stored = found && reuse?.kind === 'revalidate' ? { found, reuse } : undefined
    const onSettled = (landing: Landing): void => {
      if (isPlain) this.#flights.remember(key, landing)
      end(landing)
    }
    const options = { fwd: miss, stored, isTransparent, start, onSettled }
    new Forward(ask, this.#store, this.#options, options).begin()
    next()
  }

  /** Asks the application again for what was just answered stale (RFC 5861 §3). */
  #refresh(ask: Ask, found: Found, reuse: ReuseDecision, application: RequestListener | undefined): void {
    const key = this.#store.flightKey(ask.urlKeys, ask.headers)
    const nowMs = this.#options.now()
    if ((this.#refreshing.get(key) ?? 0) > nowMs - REFRESH_MS) return
    this.#refreshing.set(key, nowMs)
    const start = this.#store.begin()
    const { request, response } = backgroundExchange(ask.request)
    const { public: isPublic, sMaxage } = found.record.assess(this.#options.targets).directives.values
    if (!this.#options.rules.storesForCookie && !isPublic && sMaxage === undefined) {
      // What is made for this visitor could not be kept, and the stale one would never be renewed.
      delete request.headers['cookie']
      delete request.headers['authorization']
    }
    const onSettled = (): void => void this.#refreshing.delete(key)
    response.once('finish', onSettled).once('close', onSettled)
    seen.add(request)
    const stored: Revalidation = {
      found,
      reuse: { ...reuse, kind: 'revalidate', staleIfError: true, staleIfDisconnected: true },
    }
    const send = (next: Next): void => {
      const own = { ...ask, request, response, headers: copyHeaders(request) }
      const options = { fwd: 'stale', stored, isTransparent: false, start, onSettled } as const
      new Forward(own, this.#store, this.#options, options).begin()
      next()
    }
    // After the answer: who asked does not wait for the application.
    setImmediate(() => {
      try {
        if (application !== undefined) {
          send(() => application(request, response))
          return
        }
        // The whole application again, until it comes to this cache.
        this.#background.set(request, send)
        applicationOf(ask.request)?.(request, response)
      } catch {
        // The stale response has been given; this was an attempt at another one.
        response.destroy()
        onSettled()
      }
    })
  }
}
