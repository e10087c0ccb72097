import { createHash } from 'node:crypto'
import {
  type HeaderReader,
  normaliseField,
  parseCacheGroups,
  parseNoVarySearch,
  parseVary,
  searchKey,
  variantKey,
} from '../../policy/index.ts'
import type { LoadStart } from '../cache/cache-parts.ts'
import type { FoundEntry } from '../cache/stand-in.ts'
import type { TieredCache } from '../cache/tiered-cache.ts'
import { type Index, MOST_VARIES, bodyCodec, indexCodec, recordCodec } from './record-codec.ts'
import type { Target } from './request-key.ts'
import { type Place, originGroup, ruledGroup, urlGroup } from '../response-groups.ts'
import { ResponseRecord, type StoredHead } from './stored-response.ts'

/** From this size on a body is kept once for all responses that have it. */
const APART_BYTES = 16_384
const INDEX_MS = 86_400_000
const LONGEST_MS = 30 * 86_400_000
const PORTABLE_GROUP = /^[a-z0-9._~-]{1,128}$/

/** A stored response and its body. */
export interface Found {
  readonly record: ResponseRecord
  readonly body: Buffer
  readonly tier: 'L1' | 'L2'
  /** Set where it was expired, for how many ms it has been: whatever it says of itself, it is stale since then. */
  readonly expiredForMs?: number | undefined
}

/** How long a record is kept, and where it stands among the others. */
export interface KeepOptions {
  readonly retentionMs: number
  readonly start: LoadStart
}

/**
 * Responses in a tiered cache, in two levels (RFC 9111 §4.1): what a URL's responses vary by, then the response itself.
 * All that is stored for a URL is in one group, so that it can be let go of at once.
 */
export class ResponseStore {
  readonly #cache: TieredCache
  readonly #asking = new Map<string, Promise<unknown>>()
  /** Between the kind of a key and its host, neither of which has a space in it. */
  readonly #scope: string

  /**
   * @param scope - tells response caches apart that share a tiered cache but not their rules: what one may give to all,
   * another one may not. Invalidations reach them all.
   */
  constructor(cache: TieredCache, scope = '') {
    this.#cache = cache
    this.#scope = scope && createHash('sha256').update(scope).digest('base64url').slice(0, 16)
  }

  /** Where things stand before a request is sent on. */
  begin(): LoadStart {
    return this.#cache.beginLoad()
  }

  /**
   * The first level's keys for a request: the URL as it is, and before it, where responses of the path gave a rule about
   * their queries (No-Vary-Search), the one under that rule. Only responses that gave the same rule are found there.
   */
  urlKeys(target: Target): readonly string[] {
    const exact = this.#exactKey(target)
    if (target.search === '') return [exact]
    const rule = this.#cache.peek<string>(this.#ruleKey(target))
    return rule === undefined ? [exact] : [this.#ruledKey(target, rule), exact]
  }

  /** What L1 has for a request. */
  peek(urlKeys: readonly string[], requestHeaders: HeaderReader): Found | undefined {
    for (const urlKey of urlKeys) {
      for (const vary of this.#cache.peek<Index>(urlKey) ?? []) {
        const record = this.#cache.peek<ResponseRecord>(recordKey(urlKey, vary, requestHeaders))
        const body = record && (record.body ?? this.#cache.peek<Buffer>(bodyKey(record.head)))
        // Bytes that another process wrote are used only as the bytes they were said to be.
        if (body !== undefined && body.length === record?.head.bodyBytes) return { record, body, tier: 'L1' }
      }
    }
    return undefined
  }

  /** What either tier has for a request, expired or not, and whether the URL is known with other variants. */
  async get(
    urlKeys: readonly string[],
    requestHeaders: HeaderReader,
  ): Promise<Found | 'variant-missing' | undefined> {
    let isKnown = false
    for (const urlKey of urlKeys) {
      // Also where these were expired themselves: what a URL varies by and the bytes of a body say nothing of being fresh.
      const index = (await this.#ask<Index>(urlKey, { codec: indexCodec }))?.value
      if (index === undefined) continue
      isKnown ||= index.some((names) => names.length > 0)
      for (const vary of index) {
        const key = recordKey(urlKey, vary, requestHeaders)
        const found = await this.#ask<ResponseRecord>(key, { codec: recordCodec })
        const record = found?.value
        if (!(record instanceof ResponseRecord)) continue
        const apart = { codec: bodyCodec }
        const body = record.body ?? (await this.#ask<Buffer>(bodyKey(record.head), apart))?.value
        if (body?.length !== record.head.bodyBytes) continue
        return { record, body, tier: 'L2', expiredForMs: found?.expiredForMs }
      }
    }
    return isKnown ? 'variant-missing' : undefined
  }

  /** Whether responses for the URL have been kept lately. */
  isKnown(urlKeys: readonly string[]): boolean {
    return urlKeys.some((urlKey) => this.#cache.peek(urlKey) !== undefined)
  }

  /** What tells one flight from another: the URL, and the request's values of all fields that its responses are known to vary by. */
  flightKey(urlKeys: readonly string[], requestHeaders: HeaderReader): string {
    const fields = new Set(urlKeys.flatMap((urlKey) => (this.#cache.peek<Index>(urlKey) ?? []).flat()))
    return `${urlKeys[0]}\n${variantKey([...fields].sort(), requestHeaders, normaliseField)}`
  }

  /** Keeps a response, in L1 before this returns, and gives back how; L2 gets it in its own time. */
  keep(
    target: Target,
    requestHeaders: HeaderReader,
    head: Omit<StoredHead, 'digest' | 'bodyBytes'>,
    body: Buffer,
    { retentionMs, start }: KeepOptions,
  ): ResponseRecord {
    const ms = Math.min(Math.ceil(retentionMs), LONGEST_MS)
    const isApart = body.length >= APART_BYTES
    const digest = isApart ? createHash('sha256').update(body).digest('base64url') : undefined
    const record = new ResponseRecord({ ...head, bodyBytes: body.length, digest }, isApart ? undefined : body)
    const work: Promise<void>[] = []
    const rule = target.search === '' ? undefined : record.headers.get('no-vary-search')
    if (rule) {
      const options = { l1: INDEX_MS, l2: INDEX_MS }
      work.push(this.#cache.keep(this.#ruleKey(target), rule, start, options))
    }
    const urlKey = rule ? this.#ruledKey(target, rule) : this.#exactKey(target)
    const groups = groupsOf(target, Boolean(rule), record)
    const vary = variesBy(record)
    const index = this.#cache.peek<Index>(urlKey) ?? []
    const others = index.filter((names) => names.join() !== vary.join())
    const merged = [vary, ...others].slice(0, MOST_VARIES)
    const indexMs = Math.max(ms, INDEX_MS)
    if (isApart) {
      work.push(this.#cache.keep(bodyKey(record.head), body, start, { l1: ms, l2: ms, codec: bodyCodec }))
    }
    const options = { l1: ms, l2: ms, groups, codec: recordCodec }
    work.push(
      this.#cache.keep(recordKey(urlKey, vary, requestHeaders), record, start, options),
      this.#cache.keep(urlKey, merged, start, { l1: indexMs, l2: indexMs, codec: indexCodec }),
    )
    // A fault here costs the copy, and the cache has reported it.
    Promise.all(work).catch(() => {})
    return record
  }

  /** Whether a record that was found after `start` has not been invalidated since. */
  isCurrent(target: Target, record: ResponseRecord, start: LoadStart): boolean {
    const isRuled = target.search !== '' && Boolean(record.headers.get('no-vary-search'))
    return !this.#cache.isOvertaken(this.#exactKey(target), groupsOf(target, isRuled, record), start)
  }

  /** Lets go of all that is stored for some targets, and of some groups, in every process. */
  async invalidate(targets: readonly Place[], groups: readonly string[]): Promise<void> {
    // Which queries are equivalent another process may know: all that is stored under a rule for the path is let go of.
    const urls = targets.flatMap((target) =>
      target.search === '' ? [urlGroup(target)] : [urlGroup(target), ruledGroup(target)],
    )
    // Each name is one fence for as long as there is room for fences, so no name is there twice.
    const all = [...new Set([...urls, ...groups])]
    if (all.length > 0) await this.#cache.invalidate({ groups: all })
  }

  #exactKey({ host, path, search, extra }: Target): string {
    return `response ${this.#scope} ${host} ${path}${search}${extra}`
  }

  #ruledKey({ host, path, search, extra }: Target, rule: string): string {
    const same = searchKey(search, parseNoVarySearch(rule))
    return `response-ruled ${this.#scope} ${host} ${path}${extra}\n${rule}\n${same}`
  }

  #ruleKey({ host, path, extra }: Target): string {
    return `response-search ${this.#scope} ${host} ${path}${extra}`
  }

  /** However many ask for a key at once, L2 is asked once. */
  #ask<T>(key: string, options: object): Promise<FoundEntry<T> | undefined> {
    const asking = this.#asking.get(key) as Promise<FoundEntry<T> | undefined> | undefined
    if (asking !== undefined) return asking
    const asked = this.#cache.find<T>(key, options).finally(() => this.#asking.delete(key))
    this.#asking.set(key, asked)
    return asked
  }
}

function recordKey(urlKey: string, vary: readonly string[], requestHeaders: HeaderReader): string {
  return `${urlKey}\n\n${vary.length === 0 ? '' : variantKey(vary, requestHeaders, normaliseField)}`
}

function bodyKey({ digest }: StoredHead): string {
  return `response-body ${digest}`
}

/** The fields that a response varies by. One in another coding than the plain one does so by Accept-Encoding, said or not. */
function variesBy({ headers }: ResponseRecord): readonly string[] {
  const vary = parseVary(headers.get('vary'))
  const names = vary === '*' ? [] : vary
  const coding = headers.get('content-encoding')
  if (!coding || coding === 'identity' || names.includes('accept-encoding')) return names
  return [...names, 'accept-encoding'].sort()
}

function groupsOf(target: Target, isRuled: boolean, record: ResponseRecord): string[] {
  const named = parseCacheGroups(record.headers.get('cache-groups')).slice(0, 64)
  return [
    // Whichever scheme or forwarded field it was asked by, a write to the URL lets go of it.
    // What is stored under a rule goes with the path itself as well: most writes have no query, and need one name.
    ...(isRuled ? [ruledGroup(target), urlGroup({ ...target, search: '' })] : [urlGroup(target)]),
    ...named.filter((name) => PORTABLE_GROUP.test(name)),
    ...named.map((name) => originGroup(target.host, name)),
  ]
}
