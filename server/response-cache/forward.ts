import {
  type ForwardReason,
  type HeaderReader,
  type ReuseDecision,
  appendCacheStatus,
  assess,
  conditionalHeaders,
  decideStore,
  evaluatePreconditions,
  fromPairs,
  notModifiedHeaders,
  readTargetedDirectives,
  storableHeaders,
  updateStoredHeaders,
} from '../../policy/index.ts'
import { writeServerTiming } from '../http/server-timing.ts'
import { type Did, answerStored, answerUnsatisfiable } from './answer.ts'
import type { Ask } from './ask.ts'
import { BodyCopy } from './body-copy.ts'
import type { ResolvedOptions } from './options.ts'
import type { Landing } from './flights.ts'
import { isUnreachable } from './origin-failure.ts'
import { type Verdict, watchOutgoing } from './outgoing.ts'
import { linesOf, writeFlatHead } from '../http/response-head.ts'
import type { Found, ResponseStore } from './response-store.ts'
import { retentionMs } from './retention.ts'
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
  /** Told what became of it; the first word counts. */
  readonly onSettled: (landing: Landing) => void
}

/** One request on its way to the application, and what comes back. */
export class Forward {
  readonly #ask: Ask
  readonly #store: ResponseStore
  readonly #options: ResolvedOptions
  readonly #forward: ForwardOptions
  readonly #start
  readonly #requestTimeMs: number
  #isValidating = false
  #lines: HeaderPairs = []
  #headers: HeaderReader = fromPairs([])
  #copy: BodyCopy | undefined
  #responseTimeMs = 0
  #status = 0
  #statusMessage = ''

  constructor(ask: Ask, store: ResponseStore, options: ResolvedOptions, forward: ForwardOptions) {
    this.#ask = ask
    this.#store = store
    this.#options = options
    this.#forward = forward
    this.#start = store.begin()
    this.#requestTimeMs = options.now()
  }

  /** Makes the request ready and watches its response; the caller then hands both to the application. */
  begin(): void {
    this.#prepareRequest()
    watchOutgoing(this.#ask.response, {
      onHead: () => this.#decide(),
      onComplete: () => this.#complete(),
      onAbandoned: () => this.#forward.onSettled('abandoned'),
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
    this.#responseTimeMs = this.#options.now()
    this.#lines = withDate(linesOf(response), this.#responseTimeMs)
    this.#headers = fromPairs(this.#lines)
    this.#status = status
    this.#statusMessage = response.statusMessage ?? ''
    if (stored !== undefined) {
      const verdict = this.#decideWithStored(stored, status)
      if (verdict !== undefined) return verdict
    }
    const rule = this.#obstacle(request.method ?? '', status, this.#headers)
    this.#trace({ fwd, fwdStatus: status, ...(rule === undefined ? this.#claim() : { detail: rule }) })
    if (rule === undefined) {
      this.#copy = new BodyCopy(this.#options.maxBodyBytes, () => this.#forward.onSettled('unshared'))
    } else this.#forward.onSettled(ERRORS.has(status) ? 'failed' : 'unshared')
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

  #decideWithStored(
    { found, reuse }: NonNullable<ForwardOptions['stored']>,
    status: number,
  ): Verdict | undefined {
    const { response, request } = this.#ask
    const { fwd } = this.#forward
    const { ttl } = reuse
    if (isUnreachable(response)) {
      this.#forward.onSettled('failed')
      if (reuse.staleIfDisconnected || reuse.staleIfError) {
        return this.#answer(found, { fwd, ttl, detail: 'unreachable' })
      }
      return {
        kind: 'replace',
        answer: () =>
          answerUnsatisfiable(response, { fwd, fwdStatus: 504, detail: reuse.rule }, this.#options),
      }
    }
    if (ERRORS.has(status) && reuse.staleIfError) {
      this.#forward.onSettled('failed')
      return this.#answer(found, { fwd, fwdStatus: status, ttl, detail: 'stale-if-error' })
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
    const isForAll = this.#obstacle('GET', head.status, fromPairs(headers)) === undefined
    this.#forward.onSettled(isForAll ? 'stored' : 'unshared')
    if (isForAll)
      return { ...found, record: this.#keep(headers, head.status, head.statusMessage, found.body) }
    const own = headers.filter(([name]) => name.toLowerCase() !== 'set-cookie')
    return { ...found, record: new ResponseRecord({ ...head, headers: own }, body) }
  }

  /** RFC 9111 §4.3.5: a HEAD tells whether what is stored is still what a GET would bring. */
  #updateFromHead({ record, body }: Found): void {
    const isSame = ['etag', 'last-modified', 'content-length'].every((name) => {
      const now = this.#headers.get(name)
      const before = name === 'content-length' ? String(body.length) : record.headers.get(name)
      return now === null || now === undefined || now === before
    })
    if (!isSame) {
      void this.#store.invalidate([this.#ask.target], [])
      return
    }
    const { status, statusMessage, headers: stored } = record.head
    const headers = updateStoredHeaders(stored, this.#lines)
    const isForAll = this.#obstacle('GET', status, fromPairs(headers)) === undefined
    if (isForAll) this.#keep(headers, status, statusMessage, body)
  }

  /** Why a response is not kept; `undefined` where it is. */
  #obstacle(method: string, status: number, headers: HeaderReader): string | undefined {
    const { headers: requestHeaders } = this.#ask
    const { rules, targets, maxBodyBytes } = this.#options
    const directives = readTargetedDirectives(headers, targets)
    const decision = decideStore({
      method,
      requestHeaders,
      status,
      headers,
      cacheType: 'shared',
      profile: rules,
      directives,
    })
    if (!decision.store) return decision.rule
    if (headers.get('content-type')?.toLowerCase().startsWith('text/event-stream')) return 'event-stream'
    if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) return 'body-too-large'
    return this.#retentionOf(headers, status) > 0 ? undefined : 'never-fresh'
  }

  #retentionOf(headers: HeaderReader, status: number): number {
    const { targets } = this.#options
    const times = { requestTimeMs: this.#requestTimeMs, responseTimeMs: this.#responseTimeMs }
    const directives = readTargetedDirectives(headers, targets)
    const assessment = assess({ status, headers, ...times }, 'shared', directives)
    return retentionMs(assessment, headers, this.#responseTimeMs, this.#options)
  }

  /** `stored` is said only where it is certain: a body of unknown length may turn out too long. */
  #claim(): Did {
    return this.#headers.get('content-length') ? { stored: true } : {}
  }

  #complete(): void {
    const body = this.#copy?.take()
    const declared = this.#headers.get('content-length')
    // RFC 9111 §3.3: what is not complete must not be taken for the whole.
    if (body === undefined || (declared && Number(declared) !== body.length)) {
      this.#forward.onSettled('unshared')
      return
    }
    this.#keep(storableHeaders(this.#lines), this.#status, this.#statusMessage, body)
    this.#forward.onSettled('stored')
  }

  #keep(lines: HeaderPairs, status: number, statusMessage: string, body: Buffer): ResponseRecord {
    const { target, headers } = this.#ask
    const times = { requestTimeMs: this.#requestTimeMs, responseTimeMs: this.#responseTimeMs }
    const kept = keptLines(lines)
    const head = { status, statusMessage, headers: kept, ...times }
    const retentionMs = this.#retentionOf(fromPairs(kept), status)
    return this.#store.keep(target, headers, head, body, { retentionMs, start: this.#start })
  }

  #trace(did: Did): void {
    const { response } = this.#ask
    const { name, serverTiming } = this.#options
    const status = appendCacheStatus(this.#headers.get('cache-status'), { name, ...did })
    response.setHeader('Cache-Status', status)
    if (serverTiming) writeServerTiming(response, status)
  }
}

/** What one exchange said of itself is no part of what is kept. */
function keptLines(lines: HeaderPairs): HeaderPairs {
  return lines.flatMap(([name, value]): [string, string][] => {
    const key = name.toLowerCase()
    if (key === 'server-timing') return []
    if (key !== 'cache-status') return [[name, value]]
    const others = value.replaceAll(IN_PROCESS, '').replace(/^[\s,]+/, '')
    return others === '' ? [] : [[name, others]]
  })
}

/** RFC 9110 §6.6.1: Node adds the Date when a head leaves. That is too late for what is kept, and without one nobody could tell its age. */
function withDate(lines: HeaderPairs, responseTimeMs: number): HeaderPairs {
  const hasDate = lines.some(([name]) => name.toLowerCase() === 'date')
  return hasDate ? lines : [...lines, ['Date', new Date(responseTimeMs).toUTCString()]]
}

/** The members that this process's own tiers wrote (server/trace.ts): a hit did not ask them. */
const IN_PROCESS = /(?:^|,)\s*L[12]\s*;[^,"]*/g
