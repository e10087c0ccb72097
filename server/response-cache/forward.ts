import {
  type ForwardReason,
  type HeaderReader,
  type ReuseDecision,
  appendCacheStatus,
  conditionalHeaders,
  decideHeadUpdate,
  evaluatePreconditions,
  fromPairs,
  notModifiedHeaders,
  storableHeaders,
  updateStoredHeaders,
} from '../../policy/index.ts'
import type { LoadStart } from '../cache/cache-parts.ts'
import { writeServerTiming } from '../http/server-timing.ts'
import { type Did, answerStored, answerUnsatisfiable } from './answer.ts'
import type { Ask } from './ask.ts'
import { BodyCopy } from './body-copy.ts'
import { Keeping } from './keeping.ts'
import type { ResolvedOptions } from './options.ts'
import type { Landing } from './flights.ts'
import { isUnreachable } from './origin-failure.ts'
import { type Verdict, watchOutgoing } from './outgoing.ts'
import { linesOf, writeFlatHead } from '../http/response-head.ts'
import type { Found, ResponseStore } from './response-store.ts'
import { type HeaderPairs, ResponseRecord } from './stored-response.ts'

/** RFC 5861 §4: the statuses that a stale response may stand in for. */
const ERRORS: ReadonlySet<number> = new Set([500, 502, 503, 504])

export interface ForwardOptions {
  readonly fwd: ForwardReason
  /** What is stored and can't be used as it is, and why not. */
  readonly stored?:
    | { readonly found: Found; readonly reuse: ReuseDecision & { readonly kind: 'revalidate' } }
    | undefined
  /** Whether the request goes on as it came: nothing about it is worth changing for. */
  readonly isTransparent: boolean
  /** Where things stood before anything was looked up: what is invalidated after that is not kept. */
  readonly start: LoadStart
  /** Told once what became of it. */
  readonly onSettled: (landing: Landing) => void
}

/** One request on its way to the application, and what comes back. */
export class Forward {
  readonly #ask: Ask
  readonly #store: ResponseStore
  readonly #options: ResolvedOptions
  readonly #forward: ForwardOptions
  readonly #keeping: Keeping
  #isValidating = false
  #isSettled = false
  #lines: HeaderPairs = []
  #headers: HeaderReader = fromPairs([])
  #copy: BodyCopy | undefined
  #status = 0
  #statusMessage = ''
  #traced: { readonly before: string | undefined; readonly status: string } | undefined

  constructor(ask: Ask, store: ResponseStore, options: ResolvedOptions, forward: ForwardOptions) {
    this.#ask = ask
    this.#store = store
    this.#options = options
    this.#forward = forward
    this.#keeping = new Keeping(ask, store, options, forward.start)
  }

  /** Makes the request ready and watches its response; the caller then hands both to the application. */
  begin(): void {
    this.#prepareRequest()
    watchOutgoing(this.#ask.response, {
      onHead: () => this.#decide(),
      onHeadSent: () => this.#checkSentHead(),
      onComplete: () => this.#complete(),
      onAbandoned: () => this.#giveUp('abandoned'),
    })
  }

  /**
   * A client's own preconditions would bring a 304 that fills no cache: they are taken off, and met here with what comes.
   * Where something is stored, its validators go in their place (RFC 9111 §4.3.1).
   */
  #prepareRequest(): void {
    const { request } = this.#ask
    const { isTransparent, stored } = this.#forward
    if (isTransparent || request.method !== 'GET') return
    const { headers } = request
    for (const name of ['if-none-match', 'if-modified-since', 'range', 'if-range']) delete headers[name]
    if (stored === undefined) return
    const validators = Object.entries(conditionalHeaders(stored.found.record.headers))
    for (const [name, value] of validators) headers[name.toLowerCase()] = value
    this.#isValidating = validators.length > 0
  }

  #decide(): Verdict {
    const { response, request, headers: asked } = this.#ask
    const { stored, fwd } = this.#forward
    const { statusCode: status } = response
    this.#copy?.discard()
    this.#copy = undefined
    this.#untrace()
    this.#keeping.responseTimeMs = this.#options.now()
    this.#lines = withDate(linesOf(response), this.#keeping.responseTimeMs)
    this.#headers = fromPairs(this.#lines)
    this.#status = status
    this.#statusMessage = response.statusMessage ?? ''
    if (stored !== undefined) {
      const verdict = this.#decideWithStored(stored, status)
      if (verdict !== undefined) return verdict
    }
    const rule = this.#keeping.obstacle({ method: request.method ?? '', status, headers: this.#headers })
    this.#trace({ fwd, fwdStatus: status, ...(rule === undefined ? this.#claim() : { detail: rule }) })
    if (rule === undefined) {
      const { maxBodyBytes: maxBytes, copies: budget } = this.#options
      this.#copy = new BodyCopy({ maxBytes, budget, onOverflow: () => this.#settle('unshared') })
    } else this.#settleUnkept(status)
    const isAsked = !this.#forward.isTransparent && request.method === 'GET' && status === 200
    if (isAsked && evaluatePreconditions(asked, { status, headers: this.#headers }) === 'not-modified') {
      const fields = notModifiedHeaders(linesOf(response)).flat()
      const answer = (): void => {
        this.#passCookies()
        writeFlatHead(response, 304, fields)
        response.end()
      }
      return { kind: 'replace', copy: this.#copy, answer }
    }
    return { kind: 'send', copy: this.#copy }
  }

  /**
   * What is not kept: for reasons of this request, which say nothing about others; or for reasons of the response, and then
   * what is stored for the URL is no longer what the origin wants caches to have.
   */
  #settleUnkept(status: number): void {
    const { request } = this.#ask
    const { stored } = this.#forward
    if (ERRORS.has(status)) this.#settle('failed')
    else if (request.method !== 'GET') this.#settle('unshared')
    else if (this.#keeping.obstacleForAll({ method: 'GET', status, headers: this.#headers }) === undefined) {
      this.#settle('abandoned')
    } else {
      if (stored !== undefined && SPEAKS_OF_RESOURCE.has(status)) this.#keeping.letGo()
      this.#settle('unshared')
    }
  }

  /** A middleware in front of the cache, such as a session, may have set its cookie while the head was written. */
  #checkSentHead(): void {
    const { request, response } = this.#ask
    if (this.#copy === undefined) return
    const sent = fromPairs(linesOf(response))
    const changes = ['set-cookie', 'cache-control', 'vary'].some(
      (name) => sent.get(name) !== this.#headers.get(name),
    )
    if (
      !changes ||
      this.#keeping.obstacle({ method: request.method ?? '', status: this.#status, headers: sent }) ===
        undefined
    )
      return
    this.#giveUp('unshared')
  }

  #settle(landing: Landing): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#forward.onSettled(landing)
  }

  #giveUp(landing: Landing): void {
    this.#copy?.discard()
    this.#copy = undefined
    this.#settle(landing)
  }

  #decideWithStored(
    { found, reuse }: NonNullable<ForwardOptions['stored']>,
    status: number,
  ): Verdict | undefined {
    const { response, request } = this.#ask
    const { fwd } = this.#forward
    const { ttl } = reuse
    const mayBeStale = this.#keeping.isCurrent(found.record)
    if (isUnreachable(response)) {
      this.#settle('failed')
      if (mayBeStale && (reuse.staleIfDisconnected || reuse.staleIfError)) {
        return this.#interrupt(found, { fwd, ttl, detail: 'unreachable' })
      }
      return {
        kind: 'interrupt',
        answer: () =>
          answerUnsatisfiable(response, { fwd, fwdStatus: 504, detail: reuse.rule }, this.#options),
      }
    }
    if (ERRORS.has(status) && reuse.staleIfError && mayBeStale) {
      this.#settle('failed')
      return this.#interrupt(found, { fwd, fwdStatus: status, ttl, detail: 'stale-if-error' })
    }
    if (status === 304 && this.#isValidating) {
      const { kind, answer } = this.#answer(this.#update(found), { fwd, fwdStatus: 304 })
      return {
        kind,
        answer: () => {
          this.#passCookies()
          answer()
        },
      }
    }
    if (request.method === 'HEAD' && status === 200) this.#updateFromHead(found)
    return undefined
  }

  #answer(found: Found, did: Did): Verdict & { readonly kind: 'replace' } {
    const { request, response, headers } = this.#ask
    const answer = (): void => answerStored(request, headers, response, found, did, this.#options)
    return { kind: 'replace', answer }
  }

  #interrupt(found: Found, did: Did): Verdict {
    return { kind: 'interrupt', answer: this.#answer(found, did).answer }
  }

  /** A cookie is for who asked, and reaches them whatever else is answered. */
  #passCookies(): void {
    const { response } = this.#ask
    const present = new Set([response.getHeader('Set-Cookie') ?? []].flat())
    for (const [name, value] of this.#lines) {
      if (name.toLowerCase() === 'set-cookie' && !present.has(value)) response.appendHeader(name, value)
    }
  }

  /**
   * RFC 9111 §4.3.4: the stored response is fresh again, with the fields that the 304 carries. It is kept by the same rules
   * as a 200: what was said to one user answers that user, and nobody else.
   */
  #update(found: Found): Found {
    const { head, body } = found.record
    const headers = updateStoredHeaders(head.headers, this.#lines)
    const candidate = { method: 'GET', status: head.status, headers: fromPairs(headers) }
    const isForAll = this.#keeping.obstacle(candidate) === undefined
    this.#settle(isForAll ? 'stored' : 'unshared')
    if (isForAll) {
      const record = this.#keeping.keep(headers, head.status, head.statusMessage, found.body)
      return { ...found, record }
    }
    if (this.#keeping.obstacleForAll(candidate) !== undefined) this.#keeping.letGo()
    const own = headers.filter(([name]) => name.toLowerCase() !== 'set-cookie')
    return { ...found, record: new ResponseRecord({ ...head, headers: own }, body) }
  }

  /** RFC 9111 §4.3.5: a HEAD tells whether what is stored is still what a GET would bring. */
  #updateFromHead({ record, body }: Found): void {
    const means = decideHeadUpdate({ headers: record.headers, length: body.length }, this.#headers)
    if (means === 'invalidate') void this.#store.invalidate([this.#ask.target], [])
    if (means !== 'update') return
    const { status, statusMessage, headers: stored } = record.head
    const headers = updateStoredHeaders(stored, this.#lines)
    const candidate = { method: 'GET', status, headers: fromPairs(headers) }
    if (this.#keeping.obstacle(candidate) === undefined) {
      this.#keeping.keep(headers, status, statusMessage, body)
    }
  }

  /** `stored` is said only where it is certain: a body of unknown length may turn out too long. */
  #claim(): Did {
    return this.#headers.get('content-length') ? { stored: true } : {}
  }

  #complete(): void {
    const body = this.#copy?.take()
    this.#copy = undefined
    const declared = this.#headers.get('content-length')
    // RFC 9111 §3.3: what is not complete must not be taken for the whole.
    if (body === undefined || (declared && Number(declared) !== body.length)) {
      this.#settle('unshared')
      return
    }
    this.#keeping.keep(storableHeaders(this.#lines), this.#status, this.#statusMessage, body)
    this.#settle('stored')
  }

  /** A head that could not be written is followed by another one, which begins anew. */
  #untrace(): void {
    const { response } = this.#ask
    if (this.#traced === undefined || response.getHeader('Cache-Status') !== this.#traced.status) return
    if (this.#traced.before === undefined) response.removeHeader('Cache-Status')
    else response.setHeader('Cache-Status', this.#traced.before)
  }

  #trace(did: Did): void {
    const { response } = this.#ask
    const { name, serverTiming } = this.#options
    const before = this.#headers.get('cache-status') ?? undefined
    const status = appendCacheStatus(before, { name, ...did })
    this.#traced = { before, status }
    response.setHeader('Cache-Status', status)
    if (serverTiming) writeServerTiming(response, status)
  }
}

/** Statuses that say what a resource is now, to whoever asks; others speak of one request. */
const SPEAKS_OF_RESOURCE: ReadonlySet<number> = new Set([200, 203, 204, 301, 308, 404, 410])

/** RFC 9110 §6.6.1: Node adds the Date when a head leaves. That is too late for what is kept, and without one nobody could tell its age. */
function withDate(lines: HeaderPairs, responseTimeMs: number): HeaderPairs {
  const hasDate = lines.some(([name]) => name.toLowerCase() === 'date')
  return hasDate ? lines : [...lines, ['Date', new Date(responseTimeMs).toUTCString()]]
}
