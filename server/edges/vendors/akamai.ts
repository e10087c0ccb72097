import { randomUUID } from 'node:crypto'
import { refuseUnknownOptions } from '../../../policy/index.ts'
import type { EdgePurger, EdgeRate, PurgeRequest } from '../edge-purger.ts'
import { type GroupBudget, groupsToPurge } from '../group-budget.ts'
import { callVendor } from './call-vendor.ts'
import { type EdgeGridCredentials, edgeGridAuthorization } from './edge-grid.ts'
import { purgeBodies } from './purge-bodies.ts'
import { readJson, texts } from './read-json.ts'
import { taggedBy } from './tagged-responses.ts'
import { vendorFailure } from './vendor-failure.ts'
import { idOf, limitOf, rateOf, refuse, secretOf } from './vendor-options.ts'

export interface AkamaiLimits {
  /** Bytes of one request's body; what is longer is sent in several ("Rate limiting": 50 KB, error 413: 50,000). @default 50000 */
  readonly bodyBytes?: number | undefined
  /**
   * Tags in one purge. There is no such limit but the bucket's: 5,000, refilled by 500 a minute ("Rate limiting").
   * @default 500
   */
  readonly groupsARequest?: number | undefined
  /** URLs in one purge. There is no such limit but the bucket's: 10,000, refilled by 12,000 a minute ("Rate limiting"). @default 500 */
  readonly urlsARequest?: number | undefined
  /** Tags on one response ("Assign cache tags": 128; more are ignored). @default 128 */
  readonly groupsAResponse?: number | undefined
  /** Longer names are hashed. At most what Akamai takes, 128 ("Purge content by cache tag"). @default 32 */
  readonly groupLength?: number | undefined
}

export interface AkamaiOptions extends EdgeGridCredentials {
  /** The API client's host, as its .edgerc has it: "akab-....luna.akamaiapis.net". The client needs "CCU APIs", read and write. */
  readonly host: string
  /** @default 'production' */
  readonly network?: 'production' | 'staging' | undefined
  /** The CP codes that hold the whole of the site: they are purged for everything. Left out, everything can't be purged. */
  readonly cpCodes?: readonly number[] | undefined
  /** How often it may be asked ("Rate limiting": for the whole account). @default { perSecond: 50, burst: 100 } */
  readonly rate?: EdgeRate | undefined
  /** Names it to people. @default 'akamai' */
  readonly name?: string | undefined
  readonly limits?: AkamaiLimits | undefined
}

/** What Akamai can be asked. */
export interface AkamaiAbilities {
  readonly groups: true
  readonly urls: true
  /** Where its CP codes are given. */
  readonly everything: boolean
  readonly expire: true
}

const KNOWN = [
  'host',
  'clientToken',
  'clientSecret',
  'accessToken',
  'network',
  'cpCodes',
  'rate',
  'name',
  'limits',
]
const KNOWN_LIMITS = ['bodyBytes', 'groupsARequest', 'urlsARequest', 'groupsAResponse', 'groupLength']
const HOST = /^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i
/** "Too many requests ... Wait five seconds" (Fast Purge API, 429). No field of the answer says it. */
const WAIT_MS = 5_000
/** One object that the client may not purge (403), and more of them than its bucket holds (429, "Rate limiting" counts objects). */
const OF_NAMES = new Set([403, 429])
const TYPES = { groups: 'tag', urls: 'url', everything: 'cpcode' } as const

/**
 * Purges Akamai by its Fast Purge API: groups as cache tags, URLs, and everything by CP codes. `mode: 'expire'` invalidates: the edge
 * asks the origin with what it holds, and may serve that if the origin does not answer; `'delete'` deletes. One object that the client
 * may not purge fails its whole request, which is then repeated in halves: give no URLs of other sites. Throws `option-invalid`.
 *
 * Sources: techdocs.akamai.com/purge-cache, "Fast Purge API v3", "Rate limiting", "Assign cache tags", "Invalidate and delete methods".
 */
export function akamai(options: AkamaiOptions): AkamaiPurger {
  refuseUnknownOptions('`akamai`', options, KNOWN)
  return new AkamaiPurger(options)
}

export class AkamaiPurger implements EdgePurger {
  readonly name: string
  readonly abilities: AkamaiAbilities
  readonly mostNames: { readonly groups: number; readonly urls: number }
  readonly rate: EdgeRate
  readonly #host: string
  readonly #network: 'production' | 'staging'
  readonly #cpCodes: readonly number[]
  readonly #credentials: EdgeGridCredentials
  readonly #bodyBytes: number
  readonly #budget: GroupBudget

  constructor(options: AkamaiOptions) {
    const { host, network = 'production', cpCodes = [], rate, name = 'akamai', limits = {} } = options
    refuseUnknownOptions('`limits` of `akamai`', limits, KNOWN_LIMITS)
    if (network !== 'production' && network !== 'staging')
      refuse('network', network, "'production' or 'staging'")
    if (!Array.isArray(cpCodes) || !cpCodes.every((code) => Number.isSafeInteger(code) && code > 0)) {
      refuse('cpCodes', cpCodes, 'an array of numbers, such as [123456]')
    }
    this.name = name
    this.abilities = { groups: true, urls: true, everything: cpCodes.length > 0, expire: true }
    this.rate = rateOf(rate, { perSecond: 50, burst: 100 })
    this.#host = idOf('host', host, HOST, 'a host without "https://", such as "akab-x.luna.akamaiapis.net"')
    this.#network = network
    this.#cpCodes = [...cpCodes]
    this.#credentials = {
      clientToken: secretOf('clientToken', options.clientToken),
      clientSecret: secretOf('clientSecret', options.clientSecret),
      accessToken: secretOf('accessToken', options.accessToken),
    }
    this.#bodyBytes = limitOf('bodyBytes', limits.bodyBytes, { usual: 50_000, least: 1_024, most: 131_072 })
    const maxNames = limitOf('groupsAResponse', limits.groupsAResponse, { usual: 128, least: 1, most: 128 })
    const maxNameLength = limitOf('groupLength', limits.groupLength, { usual: 32, least: 15, most: 128 })
    // No limit of the field itself is published; this one is met whenever the other two are.
    this.#budget = { separator: ',', maxNames, maxNameLength, maxBytes: maxNames * (maxNameLength + 1) }
    this.mostNames = {
      // One is for the coarse group.
      groups: limitOf('groupsARequest', limits.groupsARequest, { usual: 500, least: 2, most: 5_000 }) - 1,
      urls: limitOf('urlsARequest', limits.urlsARequest, { usual: 500, least: 1, most: 10_000 }),
    }
  }

  fields(groups: readonly string[]): Readonly<Record<string, string>> {
    return taggedBy('Edge-Cache-Tag', groups, this.#budget)
  }

  async purge({ kind, names, mode }: PurgeRequest, signal: AbortSignal): Promise<void> {
    const verb = mode === 'expire' ? 'invalidate' : 'delete'
    const path = `/ccu/v3/${verb}/${TYPES[kind]}/${this.#network}`
    const objects =
      kind === 'everything' ? this.#cpCodes : kind === 'urls' ? names : groupsToPurge(names, this.#budget)
    for (const body of purgeBodies(objects, this.#bodyBytes)) await this.#ask(path, body, signal)
  }

  async #ask(path: string, body: string, signal: AbortSignal): Promise<void> {
    const host = this.#host
    const moment = { now: Date.now(), nonce: randomUUID() }
    const authorization = edgeGridAuthorization({ host, path, body }, this.#credentials, moment)
    const fields = { authorization, 'content-type': 'application/json', accept: 'application/json' }
    const answer = await callVendor(this.name, { url: `https://${host}${path}`, fields, body }, signal)
    if (answer.status === 201) return
    const { title, detail } = readJson(answer.text)
    throw vendorFailure(this.name, answer, {
      reason: texts(title, detail),
      secrets: Object.values(this.#credentials),
      // 507: it has no room for the request just now. Both pass by themselves.
      isOfNames: OF_NAMES.has(answer.status) ? true : undefined,
      retryAfterMs: answer.status === 429 || answer.status === 507 ? WAIT_MS : undefined,
    })
  }
}
