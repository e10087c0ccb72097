import { refuseUnknownOptions } from '../../../policy/index.ts'
import type { EdgeFailure, EdgePurger, EdgeRate, PurgeRequest } from '../edge-purger.ts'
import { type GroupBudget, groupsToPurge } from '../group-budget.ts'
import { type VendorAnswer, callVendor } from './call-vendor.ts'
import { readJson, texts } from './read-json.ts'
import { taggedBy } from './tagged-responses.ts'
import { vendorFailure } from './vendor-failure.ts'
import { endpointOf, idOf, limitOf, rateOf, refuse, secretOf } from './vendor-options.ts'

export type CloudflarePlan = 'free' | 'pro' | 'business' | 'enterprise'

export interface CloudflareLimits {
  /** Tags in one purge ("Purge cache": 100 operations a request). @default 100 */
  readonly groupsARequest?: number | undefined
  /**
   * URLs in one purge. "Purge cache" says 100, and 500 on Enterprise; the API refused more than 30 for years, and for some zones after
   * that page had changed. @default 30
   */
  readonly urlsARequest?: number | undefined
  /** Tags on one response ("Purge cache by cache-tags": about 1,000). @default 1000 */
  readonly groupsAResponse?: number | undefined
  /** Bytes of `Cache-Tag`, commas included ("Purge cache by cache-tags": 16 KB). @default 16384 */
  readonly fieldBytes?: number | undefined
  /** Longer names are hashed: the field holds more of them. At most what the API takes, 1,024. @default 32 */
  readonly groupLength?: number | undefined
}

export interface CloudflareOptions {
  /** The zone's ID: on its overview page, 32 digits and letters. */
  readonly zone: string
  /** An API token that may do Zone > Cache Purge for this zone, and nothing else. */
  readonly token: string
  /** How often it may be asked ("Purge cache": requests and bucket size, for each account). @default 'free', the slowest */
  readonly plan?: CloudflarePlan | undefined
  /** Instead of the plan's: where several zones, or something else, purge with the same account. */
  readonly rate?: EdgeRate | undefined
  /** Names it to people. @default 'cloudflare' */
  readonly name?: string | undefined
  /** @default 'https://api.cloudflare.com/client/v4' */
  readonly endpoint?: string | undefined
  readonly limits?: CloudflareLimits | undefined
}

/** What Cloudflare can be asked. It keeps nothing as stale. */
export interface CloudflareAbilities {
  readonly groups: true
  readonly urls: true
  readonly everything: true
  readonly expire: false
}

const KNOWN = ['zone', 'token', 'plan', 'rate', 'name', 'endpoint', 'limits']
const KNOWN_LIMITS = ['groupsARequest', 'urlsARequest', 'groupsAResponse', 'fieldBytes', 'groupLength']
const ENDPOINT = 'https://api.cloudflare.com/client/v4'
const RATES: Readonly<Record<CloudflarePlan, EdgeRate>> = {
  free: { perSecond: 5 / 60, burst: 25 },
  pro: { perSecond: 5, burst: 25 },
  business: { perSecond: 10, burst: 50 },
  enterprise: { perSecond: 50, burst: 500 },
}
/** A tag that is too long, tags that the plan does not have, a character that no tag has. They may come with the status 200. */
const FINAL_CODES = new Set([1100, 1107, 1315])
/** Of these, those that no other tag would make better. */
const OF_PLAN = new Set([1107])

/**
 * Purges a zone of Cloudflare: groups as cache tags, URLs, everything. What is purged is gone; there is no way to keep it as stale, so
 * `mode: 'expire'` deletes too. A URL is purged as it is cached by default: a zone with cache keys of its own should be purged by
 * groups. Throws `option-invalid`.
 *
 * Sources: developers.cloudflare.com, "Purge cache", "Purge cache by cache-tags", API reference `POST /zones/{zone_id}/purge_cache`.
 */
export function cloudflare(options: CloudflareOptions): CloudflarePurger {
  refuseUnknownOptions('`cloudflare`', options, KNOWN)
  return new CloudflarePurger(options)
}

export class CloudflarePurger implements EdgePurger {
  readonly name: string
  readonly abilities: CloudflareAbilities = { groups: true, urls: true, everything: true, expire: false }
  readonly mostNames: { readonly groups: number; readonly urls: number }
  readonly rate: EdgeRate
  readonly #url: string
  readonly #token: string
  readonly #budget: GroupBudget

  constructor({
    zone,
    token,
    plan = 'free',
    rate,
    name = 'cloudflare',
    endpoint,
    limits = {},
  }: CloudflareOptions) {
    refuseUnknownOptions('`limits` of `cloudflare`', limits, KNOWN_LIMITS)
    const id = idOf(
      'zone',
      zone,
      /^[0-9a-f]{32}$/i,
      "the zone's ID: 32 of 0-9 and a-f, from its overview page",
    )
    if (!Object.hasOwn(RATES, plan)) refuse('plan', plan, "'free', 'pro', 'business' or 'enterprise'")
    this.name = name
    this.rate = rateOf(rate, RATES[plan])
    this.#url = `${endpointOf(endpoint, ENDPOINT)}/zones/${id}/purge_cache`
    this.#token = secretOf('token', token)
    this.#budget = {
      separator: ',',
      maxNames: limitOf('groupsAResponse', limits.groupsAResponse, { usual: 1_000, least: 1, most: 1_000 }),
      maxBytes: limitOf('fieldBytes', limits.fieldBytes, { usual: 16_384, least: 64, most: 16_384 }),
      maxNameLength: limitOf('groupLength', limits.groupLength, { usual: 32, least: 15, most: 1_024 }),
    }
    this.mostNames = {
      // One is for the coarse group.
      groups: limitOf('groupsARequest', limits.groupsARequest, { usual: 100, least: 2, most: 500 }) - 1,
      urls: limitOf('urlsARequest', limits.urlsARequest, { usual: 30, least: 1, most: 500 }),
    }
  }

  fields(groups: readonly string[]): Readonly<Record<string, string>> {
    return taggedBy('Cache-Tag', groups, this.#budget)
  }

  async purge(request: PurgeRequest, signal: AbortSignal): Promise<void> {
    const fields = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' }
    const body = JSON.stringify(this.#whatOf(request))
    const answer = await callVendor(this.name, { url: this.#url, fields, body }, signal)
    const isTaken = answer.status === 200 && readJson(answer.text)['success'] === true
    if (!isTaken) throw this.#failure(answer)
  }

  #whatOf({ kind, names }: PurgeRequest): object {
    if (kind === 'everything') return { purge_everything: true }
    return kind === 'urls' ? { files: names } : { tags: groupsToPurge(names, this.#budget) }
  }

  #failure(answer: VendorAnswer): EdgeFailure {
    const list = readJson(answer.text)['errors']
    const errors = Array.isArray(list) ? (list as { code?: unknown; message?: unknown }[]) : []
    const codes = errors.map((error) => Number(error?.code))
    const reason = errors.map((error, i) => texts(String(codes[i]), error?.message)).join('; ')
    const isFinal = codes.some((code) => FINAL_CODES.has(code)) ? true : undefined
    const isOfTags = isFinal === true ? !codes.some((code) => OF_PLAN.has(code)) : undefined
    return vendorFailure(this.name, answer, {
      reason,
      secrets: [this.#token],
      isFinal,
      isOfNames: isOfTags,
    })
  }
}
