import type { ModelOrigin } from './model-origin.ts'
import { parseRepresentation } from './model-origin.ts'
import type { GetOptions } from './operations.ts'
import { type Resource, type Url, pathOf, resourceAt } from './resources.ts'

/** What a page got. */
export interface PageAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: string
}

/** One request of a page, from the moment when it was made. */
interface Ask {
  readonly options: GetOptions
  readonly startMs: number
  readonly startEvent: number
  /** The oldest version that an acknowledged invalidation lets it see. */
  readonly atLeast: number
  /** Whose responses it may be answered with. */
  readonly users: Set<string>
  /** Nobody began to change who is signed in while it was under way. */
  isCalm: boolean
}

interface Switch {
  readonly user: string
  /** Everybody else who may be signed in when this one ends. */
  readonly others: Set<string>
}

/** What pages have been promised, and what they got instead. */
export class Model {
  readonly violations: string[] = []
  readonly #origin: ModelOrigin
  /** Milliseconds by which the clock of the origin and of the page may differ, and by which ages are rounded. */
  readonly #slackMs: number
  readonly #atLeast = new Map<Url, number>()
  #users: Set<string>
  readonly #asks = new Set<Ask>()
  readonly #switches = new Set<Switch>()

  constructor(origin: ModelOrigin, user: string, slackMs: number) {
    this.#origin = origin
    this.#users = new Set([user])
    this.#slackMs = slackMs
  }

  /** From now on no request is answered with an older version of these. */
  acknowledge(versions: ReadonlyMap<Url, number>): void {
    for (const [url, version] of versions) {
      this.#atLeast.set(url, Math.max(version, this.#atLeast.get(url) ?? 0))
    }
  }

  /** Somebody signs in; until that is acknowledged, either user's responses are right. */
  beginSwitch(user: string): Switch {
    const begun = { user, others: new Set<string>() }
    for (const other of this.#switches) {
      other.others.add(user)
      begun.others.add(other.user)
    }
    this.#users.add(user)
    for (const ask of this.#asks) {
      ask.users.add(user)
      ask.isCalm = false
    }
    this.#switches.add(begun)
    return begun
  }

  /** `isAcknowledged` is false where the worker was killed before it could say so. */
  endSwitch(ended: Switch, isAcknowledged: boolean): void {
    this.#switches.delete(ended)
    if (isAcknowledged) this.#users = new Set([ended.user, ...ended.others])
    // What was killed may have happened, and the next switch does not change that.
    else for (const other of this.#switches) other.others.add(ended.user)
  }

  beginAsk(options: GetOptions, nowMs: number): Ask {
    const ask = {
      options,
      startMs: nowMs,
      startEvent: (this.#origin.event += 1),
      atLeast: this.#atLeast.get(options.url) ?? 0,
      users: new Set(this.#users),
      isCalm: this.#switches.size === 0,
    }
    this.#asks.add(ask)
    return ask
  }

  /** The worker was killed before it answered. */
  loseAsk(ask: Ask): void {
    this.#asks.delete(ask)
  }

  failAsk(ask: Ask, error: unknown): void {
    this.#asks.delete(ask)
    if (this.#origin.lastFailure(ask.options.url) < ask.startEvent) {
      this.#report(ask, `failed with the network there: ${String(error)}`)
    }
  }

  endAsk(ask: Ask, answer: PageAnswer): void {
    this.#asks.delete(ask)
    const { startEvent, options } = ask
    const hasFailed = this.#origin.lastFailure(options.url) >= startEvent
    // 504 is what a cache says that may not stand in.
    if (answer.status === 500 || answer.status === 504) {
      if (!hasFailed) this.#report(ask, `${answer.status} with the origin there`)
      return
    }
    const etag = answer.headers.get('etag') ?? ''
    const text = etag.slice(1, -1)
    const representation = parseRepresentation(text)
    const said = this.#origin.said(etag)
    const resource = resourceAt(options.url)
    if (representation === undefined || said === undefined || resource.path !== representation.path) {
      this.#report(ask, `${answer.status} with ${etag}, which the origin never said of this URL`)
      return
    }
    if (answer.body !== expectedBody(text, answer)) {
      this.#report(ask, `${answer.status} ${etag} with the body ${JSON.stringify(answer.body)}`)
    }
    const { language, token, user, version } = representation
    if (version < ask.atLeast) {
      this.#report(ask, `version ${version} when ${ask.atLeast} was acknowledged`)
    }
    if (resource.isByLanguage && language !== options.language) this.#report(ask, `the variant ${language}`)
    if (resource.isPerUser) {
      if (token !== options.token) this.#report(ask, `what was made for the token ${token}`)
      const users = options.hasCredentials ? ask.users : new Set(['nobody'])
      if (!users.has(user)) this.#report(ask, `what is ${user}’s, being ${[...users].join(' or ')}`)
      this.#learn(ask, answer, said.event, user)
    }
    this.#checkFreshness(ask, answer, resource, { ...said, hasFailed })
  }

  /** Who got an answer of the origin that names somebody is that one, and the worker knows it as well. */
  #learn(ask: Ask, { headers }: PageAnswer, saidAt: number, user: string): void {
    const isFromOrigin = !(headers.get('cache-status') ?? '').includes('SW; hit') && saidAt > ask.startEvent
    if (isFromOrigin && ask.isCalm && ask.options.hasCredentials && this.#switches.size === 0) {
      this.#users = new Set([user])
    }
  }

  #checkFreshness(
    ask: Ask,
    { headers }: PageAnswer,
    { lifetime, mustRevalidate, staleWhileRevalidate }: Resource,
    said: { readonly atMs: number; readonly event: number; readonly hasFailed: boolean },
  ): void {
    const status = headers.get('cache-status') ?? ''
    const hit = /SW; hit; ttl=(-?\d+)(; detail=)?/.exec(status)
    const { wants } = ask.options
    // A browser changes the mode of a request with a precondition, so that it says nothing of what the page wants.
    const cache = wants === 'news' && ask.options.cache === 'no-cache' ? 'default' : ask.options.cache
    const isFresh = said.event > ask.startEvent
    const ageS = (ask.startMs - said.atMs - this.#slackMs) / 1_000
    if (hit === null) {
      // What others fetch meanwhile may be shared, unless the page insists on its own.
      if (!isFresh && cache === 'reload') this.#report(ask, `an answer from before it: ${status}`)
      const hasArrived = this.#origin.lastArrival(headers.get('etag') ?? '') < ask.startEvent
      // Who takes what is stored however old it is takes what is being stored as well.
      const takesAny = cache === 'force-cache'
      if (!isFresh && hasArrived && !takesAny && ageS > lifetime + staleWhileRevalidate) {
        this.#report(ask, `a response that had arrived ${ageS} s before: ${status}`)
      }
      return
    }
    const [, ttl = '', isStandIn] = hit
    if (Number(ttl) > lifetime - ageS) this.#report(ask, `${status} at an age of ${ageS} s`)
    if (isStandIn !== undefined) {
      if (mustRevalidate || !said.hasFailed) this.#report(ask, `a stand-in for no failure: ${status}`)
    } else if (cache === 'no-cache' || cache === 'reload') {
      this.#report(ask, `a stored answer in spite of cache=${cache}: ${status}`)
    } else if (cache === 'default' && ageS > lifetime + staleWhileRevalidate) {
      this.#report(ask, `stale by ${ageS - lifetime} s: ${status}`)
    } else if (mustRevalidate && ageS > lifetime) this.#report(ask, `stale in spite of must-revalidate`)
  }

  #report({ options }: Ask, what: string): void {
    this.violations.push(`${pathOf(options.url)} was answered with ${what} (${JSON.stringify(options)})`)
  }
}

function expectedBody(text: string, { headers, status }: PageAnswer): string {
  if (status === 304) return ''
  if (status !== 206) return text
  const [, first = '0', last = '0'] = /^bytes (\d+)-(\d+)\//.exec(headers.get('content-range') ?? '') ?? []
  return text.slice(Number(first), Number(last) + 1)
}
