import { refuseUnknownOptions } from '../../../policy/index.ts'
import type { EdgePurger, EdgeRate, PurgeRequest } from '../edge-purger.ts'
import { type GroupBudget, groupsToPurge } from '../group-budget.ts'
import { type VendorAnswer, callVendor } from './call-vendor.ts'
import { readJson, texts } from './read-json.ts'
import { msUntil } from './retry-after.ts'
import { taggedBy } from './tagged-responses.ts'
import { vendorFailure } from './vendor-failure.ts'
import { endpointOf, idOf, limitOf, rateOf, secretOf } from './vendor-options.ts'

export interface FastlyLimits {
  /** Keys in one purge (API reference, "Purge multiple surrogate key tags": 256). @default 256 */
  readonly groupsARequest?: number | undefined
  /** Bytes of `Surrogate-Key`, spaces included ("Surrogate-Key", Limitations: 16,384). @default 16384 */
  readonly fieldBytes?: number | undefined
  /** Longer names are hashed: the field holds more of them. At most what Fastly takes, 1,024 bytes a key. @default 32 */
  readonly groupLength?: number | undefined
}

export interface FastlyOptions {
  /** The service's ID. */
  readonly service: string
  /** An API token with the scope `purge_select`, and `purge_all` if everything is to be purged. */
  readonly token: string
  /**
   * A surrogate key that **every** response of the service has: `mode: 'expire'` of everything purges it softly, since `purge_all` can't
   * be soft. It is added to each `Surrogate-Key` that is sent; where responses come without groups, or not from here, add it in VCL.
   * Left out, everything is removed, whatever the mode.
   */
  readonly everythingKey?: string | undefined
  /** How often it may be asked. Fastly publishes no figure for purges. @default as fast as it answers */
  readonly rate?: EdgeRate | undefined
  /** Names it to people. @default 'fastly' */
  readonly name?: string | undefined
  /** @default 'https://api.fastly.com' */
  readonly endpoint?: string | undefined
  readonly limits?: FastlyLimits | undefined
}

/** What Fastly can be asked. */
export interface FastlyAbilities {
  readonly groups: true
  readonly urls: true
  readonly everything: true
  readonly expire: true
}

const KNOWN = ['service', 'token', 'everythingKey', 'rate', 'name', 'endpoint', 'limits']
const KNOWN_LIMITS = ['groupsARequest', 'fieldBytes', 'groupLength']
const FIELD = 'Surrogate-Key'

/**
 * Purges a service of Fastly: groups as surrogate keys, 256 a request; URLs, one a request; everything. `mode: 'expire'` is a soft
 * purge: the edge may serve what is stale while it asks (with `stale-while-revalidate` and `stale-if-error`). A URL is purged in every
 * service of the account that has its host. Throws `option-invalid`.
 *
 * Sources: fastly.com/documentation, API reference "Purging", HTTP header "Surrogate-Key", guides "Soft purges".
 */
export function fastly(options: FastlyOptions): FastlyPurger {
  refuseUnknownOptions('`fastly`', options, KNOWN)
  return new FastlyPurger(options)
}

export class FastlyPurger implements EdgePurger {
  readonly name: string
  readonly abilities: FastlyAbilities = { groups: true, urls: true, everything: true, expire: true }
  readonly mostNames: { readonly groups: number; readonly urls: number }
  readonly rate: EdgeRate | undefined
  readonly #endpoint: string
  readonly #service: string
  readonly #token: string
  readonly #everythingKey: string | undefined
  readonly #budget: GroupBudget

  constructor({
    service,
    token,
    everythingKey,
    rate,
    name = 'fastly',
    endpoint,
    limits = {},
  }: FastlyOptions) {
    refuseUnknownOptions('`limits` of `fastly`', limits, KNOWN_LIMITS)
    this.name = name
    this.rate = rateOf(rate, undefined)
    this.#endpoint = endpointOf(endpoint, 'https://api.fastly.com')
    this.#service = idOf('service', service, /^[0-9A-Za-z]{1,64}$/, "the service's ID: letters and digits")
    this.#token = secretOf('token', token)
    const key = everythingKey === undefined ? '' : keyOf(everythingKey)
    this.#everythingKey = key === '' ? undefined : key
    const fieldBytes = limitOf('fieldBytes', limits.fieldBytes, { usual: 16_384, least: 64, most: 16_384 })
    this.#budget = {
      separator: ' ',
      maxNames: Number.POSITIVE_INFINITY,
      maxBytes: fieldBytes - (key === '' ? 0 : key.length + 1),
      maxNameLength: limitOf('groupLength', limits.groupLength, { usual: 32, least: 15, most: 1_024 }),
    }
    // One is for the coarse group.
    const keys = limitOf('groupsARequest', limits.groupsARequest, { usual: 256, least: 2, most: 256 })
    this.mostNames = { groups: keys - 1, urls: 1 }
  }

  fields(groups: readonly string[]): Readonly<Record<string, string>> {
    const fields = taggedBy(FIELD, groups, this.#budget)
    if (this.#everythingKey === undefined) return fields
    // First: a field that is too long after all loses its end.
    return { [FIELD]: [this.#everythingKey, fields[FIELD] ?? []].flat().join(' ') }
  }

  async purge({ kind, names, mode }: PurgeRequest, signal: AbortSignal): Promise<void> {
    const isSoft = mode === 'expire'
    if (kind === 'urls') {
      for (const url of names) await this.#ask(`/purge/${withoutScheme(url)}`, isSoft, undefined, signal)
    } else if (kind === 'groups') {
      await this.#purgeKeys(groupsToPurge(names, this.#budget), isSoft, signal)
    } else if (isSoft && this.#everythingKey !== undefined) {
      await this.#purgeKeys([this.#everythingKey], isSoft, signal)
    } else {
      await this.#ask(`/service/${this.#service}/purge_all`, false, undefined, signal)
    }
  }

  async #purgeKeys(keys: readonly string[], isSoft: boolean, signal: AbortSignal): Promise<void> {
    await this.#ask(
      `/service/${this.#service}/purge`,
      isSoft,
      JSON.stringify({ surrogate_keys: keys }),
      signal,
    )
  }

  async #ask(path: string, isSoft: boolean, body: string | undefined, signal: AbortSignal): Promise<void> {
    const fields = {
      'fastly-key': this.#token,
      accept: 'application/json',
      ...(isSoft ? { 'fastly-soft-purge': '1' } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const answer = await callVendor(this.name, { url: this.#endpoint + path, fields, body }, signal)
    if (answer.status === 200) return
    const { msg, detail, reason } = readJson(answer.text)
    throw vendorFailure(this.name, answer, {
      reason: texts(msg, detail, reason),
      secrets: [this.#token],
      retryAfterMs: untilReset(answer),
    })
  }
}

/** Names one thing only: a key with a space in it would be two. */
function keyOf(value: unknown): string {
  return idOf('everythingKey', value, /^[!-~]{1,32}$/, 'a key of 1 to 32 visible characters, such as "all"')
}

/** As that API names what is cached. */
function withoutScheme(url: string): string {
  const { host, pathname, search } = new URL(url)
  return host + pathname + search
}

/** Fastly tells when its window ends in a field of its own: Unix time, in seconds (API reference, "Rate limiting"). */
function untilReset({ status, fields }: VendorAnswer): number | undefined {
  const reset = fields.get('fastly-ratelimit-reset') ?? ''
  return status === 429 && /^\d{1,12}$/.test(reset) ? msUntil(Number(reset) * 1_000, fields) : undefined
}
