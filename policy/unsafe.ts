import { parseCacheGroups } from './groups.ts'
import type { HeaderReader } from './header-reader.ts'

/** What one exchange makes invalid, and by which rule. */
export interface Invalidation {
  /** Absolute, without a fragment: the target first, then what `Location` and `Content-Location` name. */
  readonly urls: readonly string[]
  /** Groups of the target's origin, as they are written (RFC 9875 §3). */
  readonly groups: readonly string[]
  readonly rule: 'invalidate-unsafe' | 'invalidate-error-status' | 'invalidate-safe-method'
}

export interface InvalidationQuestion {
  readonly method: string
  readonly status: number
  /** Absolute. */
  readonly url: string
  /** Of the response. */
  readonly headers: HeaderReader
}

/** RFC 9110 §9.2.1. Other registered methods are safe too, but a cache that doesn't know them must think the worst. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

interface ParsedUrl {
  readonly origin: string
  readonly href: string
  hash: string
}

/** The parser of the URL Standard: every host of these rules has it, ES2023's types know none. */
declare const URL: new (url: string, base?: string) => ParsedUrl

/**
 * What a response makes invalid in a cache (RFC 9111 §4.4): on an unsafe method, or one whose safety is unknown, and a
 * status that is no error, the target and same-origin URLs in `Location` and `Content-Location`.
 *
 * `Cache-Group-Invalidation` counts on every status: RFC 9875 §3 makes no difference, and a write may have been done
 * before its answer failed. Never throws; a URL that can't be read is passed over.
 */
export function decideInvalidation(question: InvalidationQuestion): Invalidation {
  const { method, status, url, headers } = question
  if (SAFE_METHODS.has(method.toUpperCase())) {
    return { urls: [], groups: [], rule: 'invalidate-safe-method' }
  }
  const groups = [...new Set(parseCacheGroups(headers.get('cache-group-invalidation')))]
  if (!(status >= 200 && status < 400)) return { urls: [], groups, rule: 'invalidate-error-status' }

  const target = parseUrl(url)
  const named = [headers.get('location'), headers.get('content-location')]
    .map((reference) => (reference ? parseUrl(reference, url) : undefined))
    // Who may write at one origin must not empty the cache of another; `null` is nobody's origin.
    .filter((other) => other?.origin === target?.origin && other?.origin !== 'null')
  const urls = [target, ...named].filter((other) => other !== undefined).map(({ href }) => href)
  return { urls: [...new Set(urls)], groups, rule: 'invalidate-unsafe' }
}

function parseUrl(reference: string, base?: string): ParsedUrl | undefined {
  try {
    const url = new URL(reference, base)
    url.hash = ''
    return url
  } catch {
    return undefined
  }
}
