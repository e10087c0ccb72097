import {
  type HeaderReader,
  assess,
  decideStore,
  fromPairs,
  readTargetedDirectives,
} from '../../policy/index.ts'
import type { LoadStart } from '../cache/cache-parts.ts'
import { linesOf } from '../http/response-head.ts'
import type { Ask } from './ask.ts'
import type { ResolvedOptions } from './options.ts'
import type { ResponseStore } from './response-store.ts'
import { retentionMs } from './retention.ts'
import type { HeaderPairs, ResponseRecord } from './stored-response.ts'

/** Fields that belong to a stored response whoever set them: caches decide by them, or they describe its body. */
const SPEAKS_OF_RESPONSE =
  /^(?:.*cache-control|content-(?:digest|disposition|encoding|language|length|location|md5|range|type)|age|cache-groups|date|etag|expires|last-modified|location|no-vary-search|set-cookie|vary)$/

/** The request's own fields set aside: what then stands in the way lies in the response. */
const NO_FIELDS = fromPairs([])

/** The members that this process's own tiers wrote (server/trace.ts): a hit did not ask them. */
const IN_PROCESS = /(?:^|,)\s*L[12]\s*;[^,"]*/g

/** What a response has to say of itself to be kept. */
export interface Candidate {
  readonly method: string
  readonly status: number
  readonly headers: HeaderReader
}

/** Whether what one request brings is kept, and how. */
export class Keeping {
  readonly #ask: Ask
  readonly #store: ResponseStore
  readonly #options: ResolvedOptions
  readonly #start: LoadStart
  readonly #requestTimeMs: number
  /** What middleware in front of the cache had set: it sets its own on each hit. */
  readonly #front: ReadonlySet<string>
  responseTimeMs = 0

  /** @param start - where things stood before anything was looked up: what is invalidated after that is not kept. */
  constructor(ask: Ask, store: ResponseStore, options: ResolvedOptions, start: LoadStart) {
    this.#ask = ask
    this.#store = store
    this.#options = options
    this.#start = start
    this.#requestTimeMs = options.now()
    this.#front = new Set(linesOf(ask.response).map(([name, value]) => `${name.toLowerCase()}: ${value}`))
  }

  /** Why a response is not kept; `undefined` where it is. */
  obstacle({ method, status, headers }: Candidate, requestHeaders = this.#ask.headers): string | undefined {
    const { rules, targets, maxBodyBytes } = this.#options
    const directives = readTargetedDirectives(headers, targets)
    const question = { method, requestHeaders, status, headers, profile: rules, directives }
    const decision = decideStore({ ...question, cacheType: 'shared' })
    if (!decision.store) return decision.rule
    if (headers.get('content-type')?.toLowerCase().startsWith('text/event-stream')) return 'event-stream'
    if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) return 'body-too-large'
    return this.#retentionOf(headers, status) > 0 ? undefined : 'never-fresh'
  }

  /** The same, where the reason lies in the response, and so would be met by everybody's request. */
  obstacleForAll(candidate: Candidate): string | undefined {
    return this.obstacle(candidate, NO_FIELDS)
  }

  keep(lines: HeaderPairs, status: number, statusMessage: string, body: Buffer): ResponseRecord {
    const { target, headers } = this.#ask
    const kept = ofResponse(lines).filter(([name, value]) => {
      const key = name.toLowerCase()
      return SPEAKS_OF_RESPONSE.test(key) || !this.#front.has(`${key}: ${value}`)
    })
    const head = { status, statusMessage, headers: kept, ...this.#times }
    const ms = this.#retentionOf(fromPairs(kept), status)
    return this.#store.keep(target, headers, head, body, { retentionMs: ms, start: this.#start })
  }

  /** Lets go of what is stored for the URL. What is said to one user is no word about what is stored for all. */
  letGo(): void {
    const { headers, target } = this.#ask
    if (headers.get('cookie') || headers.get('authorization')) return
    void this.#store.invalidate([target], [])
  }

  /** Whether a response that was found when this request set out may still be answered. */
  isCurrent(record: ResponseRecord): boolean {
    return this.#store.isCurrent(this.#ask.target, record, this.#start)
  }

  get #times(): { readonly requestTimeMs: number; readonly responseTimeMs: number } {
    return { requestTimeMs: this.#requestTimeMs, responseTimeMs: this.responseTimeMs }
  }

  #retentionOf(headers: HeaderReader, status: number): number {
    const directives = readTargetedDirectives(headers, this.#options.targets)
    const assessment = assess({ status, headers, ...this.#times }, 'shared', directives)
    return retentionMs(assessment, headers, this.responseTimeMs, this.#options)
  }
}

/** What one exchange said of itself is no part of what is kept. */
function ofResponse(lines: HeaderPairs): HeaderPairs {
  return lines.flatMap(([name, value]): [string, string][] => {
    const key = name.toLowerCase()
    if (key === 'server-timing') return []
    if (key !== 'cache-status') return [[name, value]]
    const others = value.replaceAll(IN_PROCESS, '').replace(/^[\s,]+/, '')
    return others === '' ? [] : [[name, others]]
  })
}
