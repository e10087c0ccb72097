import { randomUUID } from 'node:crypto'
import { refuseUnknownOptions } from '../../../policy/index.ts'
import { EdgeFailure, type EdgePurger, type EdgeRate, type PurgeRequest } from '../edge-purger.ts'
import { type GroupBudget, groupsToPurge } from '../group-budget.ts'
import { type AwsCredentials, type AwsSigner, loadAwsSigner } from './aws-signer.ts'
import { callVendor } from './call-vendor.ts'
import { errorCodeOf, invalidationBatch, pathOf } from './invalidation-batch.ts'
import { taggedBy } from './tagged-responses.ts'
import { vendorFailure } from './vendor-failure.ts'
import { endpointOf, idOf, limitOf, rateOf, refuse, secretOf } from './vendor-options.ts'

export interface CloudFrontLimits {
  /** Paths or tags in one invalidation ("Concurrent invalidation request maximum": 3,000 in progress at a time). @default 500 */
  readonly pathsARequest?: number | undefined
  /** Tags on one response ("Invalidating content by cache tags": 50; more are ignored). @default 50 */
  readonly groupsAResponse?: number | undefined
  /** Longer names are hashed. At most what CloudFront takes, 256 ("Invalidating content by cache tags"). @default 32 */
  readonly groupLength?: number | undefined
}

export interface CloudFrontOptions {
  /** The distribution's ID. */
  readonly distribution: string
  /** Keys that may do `cloudfront:CreateInvalidation`, or a function that gives them, asked for each purge, where they expire. */
  readonly credentials: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>)
  /**
   * The header that the distribution's `CacheTagConfig` names: responses are tagged with it, and groups purged as tags. Left out, the
   * distribution can purge URLs and everything.
   */
  readonly tagField?: string | undefined
  /** Whether the distribution's cache key has the query; else a URL is purged without its own. @default true */
  readonly keyHasQuery?: boolean | undefined
  /** How often it may be asked. AWS publishes no figure. @default as fast as it answers */
  readonly rate?: EdgeRate | undefined
  /** Names it to people. @default 'cloudfront' */
  readonly name?: string | undefined
  /** @default 'https://cloudfront.amazonaws.com' */
  readonly endpoint?: string | undefined
  /** What the signature names; CloudFront is in one region, whatever those of your servers. @default 'us-east-1' */
  readonly region?: string | undefined
  readonly limits?: CloudFrontLimits | undefined
}

/** What CloudFront can be asked. It keeps nothing as stale. */
export interface CloudFrontAbilities<Groups extends boolean = boolean> {
  /** Where the field for tags is given. */
  readonly groups: Groups
  readonly urls: true
  readonly everything: true
  readonly expire: false
}

const KNOWN = [
  'distribution',
  'credentials',
  'tagField',
  'keyHasQuery',
  'rate',
  'name',
  'endpoint',
  'region',
  'limits',
]
const KNOWN_LIMITS = ['pathsARequest', 'groupsAResponse', 'groupLength']
/** Errors of the client's kind that pass by themselves. AWS sends them with the status 400. */
const PASSING = /^(?:TooMany|Throttl|RequestLimit|RequestTimeout$|SlowDown$|PriorRequest)/
const EXPIRED = /^(?:ExpiredToken|RequestExpired)/
/** Nothing tells how long to wait. An invalidation is reported complete within 25 s at the 95th percentile (AWS, April 2026). */
const WAIT_MS = 10_000

/**
 * Purges a distribution of CloudFront: groups as cache tags, URLs as paths, everything. There is no way to keep what is invalidated as
 * stale, so `mode: 'expire'` deletes too. AWS charges for paths and tags beyond 1,000 a month. Wants the package `aws4fetch`. Throws
 * `option-invalid`.
 *
 * Sources: docs.aws.amazon.com, CloudFront API reference `CreateInvalidation` (2020-05-31), developer guide "Invalidating content by
 * cache tags", "What you need to know when invalidating files", "Concurrent invalidation request maximum".
 */
export function cloudfront(options: CloudFrontOptions & { readonly tagField: string }): CloudFrontPurger<true>
export function cloudfront(
  options: CloudFrontOptions & { readonly tagField?: undefined },
): CloudFrontPurger<false>
export function cloudfront(options: CloudFrontOptions): CloudFrontPurger
export function cloudfront(options: CloudFrontOptions): CloudFrontPurger {
  refuseUnknownOptions('`cloudfront`', options, KNOWN)
  return new CloudFrontPurger(options)
}

export class CloudFrontPurger<Groups extends boolean = boolean> implements EdgePurger {
  readonly name: string
  readonly abilities: CloudFrontAbilities<Groups>
  readonly mostNames: { readonly groups: number; readonly urls: number }
  readonly rate: EdgeRate | undefined
  readonly #url: string
  readonly #credentials: () => AwsCredentials | Promise<AwsCredentials>
  readonly #canRenew: boolean
  readonly #sign: AwsSigner
  readonly #tagField: string | undefined
  readonly #keyHasQuery: boolean
  readonly #budget: GroupBudget

  constructor(options: CloudFrontOptions) {
    const { distribution, credentials, tagField, keyHasQuery = true, name = 'cloudfront' } = options
    const { rate, endpoint, region = 'us-east-1', limits = {} } = options
    refuseUnknownOptions('`limits` of `cloudfront`', limits, KNOWN_LIMITS)
    if (typeof keyHasQuery !== 'boolean') refuse('keyHasQuery', keyHasQuery, 'true or false')
    const id = idOf(
      'distribution',
      distribution,
      /^[0-9A-Z]{6,32}$/,
      "the distribution's ID: capital letters and digits",
    )
    this.name = name
    this.rate = rateOf(rate, undefined)
    this.#url = `${endpointOf(endpoint, 'https://cloudfront.amazonaws.com')}/2020-05-31/distribution/${id}/invalidation`
    this.#canRenew = typeof credentials === 'function'
    if (typeof credentials === 'function') {
      this.#credentials = credentials
    } else {
      const fixed = checkedCredentials(credentials)
      this.#credentials = () => fixed
    }
    this.#sign = loadAwsSigner(
      '`cloudfront`',
      idOf('region', region, /^[a-z]{2}(?:-[a-z]+)+-\d$/, "a region, such as 'us-east-1'"),
    )
    this.#tagField =
      tagField === undefined
        ? undefined
        : idOf('tagField', tagField, /^[0-9A-Za-z_-]{1,64}$/, "a header's name, such as 'Cache-Tag'")
    this.#keyHasQuery = keyHasQuery
    this.abilities = {
      groups: (this.#tagField !== undefined) as Groups,
      urls: true,
      everything: true,
      expire: false,
    }
    const maxNames = limitOf('groupsAResponse', limits.groupsAResponse, { usual: 50, least: 1, most: 50 })
    const maxNameLength = limitOf('groupLength', limits.groupLength, { usual: 32, least: 15, most: 256 })
    // No limit of the field itself is published; this one is met whenever the other two are.
    this.#budget = { separator: ',', maxNames, maxNameLength, maxBytes: maxNames * (maxNameLength + 1) }
    const paths = limitOf('pathsARequest', limits.pathsARequest, { usual: 500, least: 2, most: 3_000 })
    // One is for the coarse group.
    this.mostNames = { groups: paths - 1, urls: paths }
  }

  fields(groups: readonly string[]): Readonly<Record<string, string>> {
    return this.#tagField === undefined ? {} : taggedBy(this.#tagField, groups, this.#budget)
  }

  async purge(request: PurgeRequest, signal: AbortSignal): Promise<void> {
    const credentials = await this.#currentCredentials()
    const body = invalidationBatch(this.#pathsOf(request), randomUUID())
    const fields = await this.#sign(
      { url: this.#url, fields: { 'content-type': 'text/xml' }, body },
      credentials,
    )
    const answer = await callVendor(this.name, { url: this.#url, fields, body }, signal)
    if (answer.status === 201) return
    const code = errorCodeOf(answer.text)
    const passes = PASSING.test(code) || (EXPIRED.test(code) && this.#canRenew)
    throw vendorFailure(this.name, answer, {
      reason: code,
      isFinal: passes ? false : undefined,
      isOfNames: passes || EXPIRED.test(code) ? false : undefined,
      retryAfterMs: PASSING.test(code) ? WAIT_MS : undefined,
    })
  }

  #pathsOf({ kind, names }: PurgeRequest): string[] {
    if (kind === 'everything') return ['/*']
    if (kind === 'groups') return groupsToPurge(names, this.#budget).map((tag) => `#${tag}`)
    return [...new Set(names.map((url) => pathOf(url, this.#keyHasQuery)))]
  }

  /** What a provider's failure says is not shown: it may hold what it was to provide. */
  async #currentCredentials(): Promise<AwsCredentials> {
    try {
      return checkedCredentials(await this.#credentials())
    } catch {
      throw new EdgeFailure(
        `${this.name} was not asked: \`credentials\` gave no usable keys. It can be asked again.`,
      )
    }
  }
}

function checkedCredentials(value: AwsCredentials | undefined): AwsCredentials {
  const { accessKeyId, secretAccessKey, sessionToken } = value ?? ({} as Partial<AwsCredentials>)
  return {
    accessKeyId: secretOf('credentials.accessKeyId', accessKeyId),
    secretAccessKey: secretOf('credentials.secretAccessKey', secretAccessKey),
    ...(sessionToken === undefined
      ? {}
      : { sessionToken: secretOf('credentials.sessionToken', sessionToken) }),
  }
}
