import { type CacheControl, DIRECTIVES, type Directive, MAX_DELTA_SECONDS } from './cache-control.ts'
import { type ResponseDirectives, readDirectives } from './directives.ts'
import type { HeaderReader } from './header-reader.ts'
import { type InnerList, type Item, isInnerList, parseDictionary } from './structured-fields.ts'

/** What a shared cache near the origin obeys before `Cache-Control` (RFC 9213 §3.1). */
export const DEFAULT_TARGETS: readonly string[] = Object.freeze(['cdn-cache-control'])

/**
 * The directives of a response for a cache with a target list (RFC 9213 §2.2): the first targeted field that is valid and
 * not empty counts alone, and `Cache-Control` and `Expires` are then as if they were not there.
 */
export function readTargetedDirectives(
  headers: HeaderReader,
  targets: readonly string[] = DEFAULT_TARGETS,
): ResponseDirectives {
  for (const field of targets) {
    const values = parseTargeted(headers.get(field))
    if (values === undefined) continue
    const isSilent = values.maxAge === undefined && values.sMaxage === undefined && isForbidden(headers)
    return { values, field, rule: 'directives-targeted', ...(isSilent ? { isSilent } : {}) }
  }
  return readDirectives(headers)
}

function isForbidden(headers: HeaderReader): boolean {
  const { values } = readDirectives(headers)
  return [...FORBIDDING].some((key) => key in values)
}

const FORBIDDING: ReadonlySet<keyof CacheControl> = new Set(['private', 'noStore', 'noCache'] as const)

/** The directives of a targeted field; `undefined` where it is absent, empty or no dictionary, and so to be ignored whole (RFC 9213 §2.1). */
export function parseTargeted(value: string | null | undefined): CacheControl | undefined {
  const members = parseDictionary(value ?? '')
  if (!members?.size) return undefined
  const result: { -readonly [K in keyof CacheControl]: unknown } = {}
  for (const [name, member] of members) {
    const directive = DIRECTIVES.get(name)
    const argument = directive && readMember(directive, member)
    if (directive && argument !== undefined) result[directive.key] = argument
  }
  return result as CacheControl
}

/**
 * RFC 9213 §2.1: a value of another type than the directive's is not consumed; parameters are ignored. But whoever writes
 * `private=1`, or `no-store=?0`, speaks of what is not for all, so of the directives that forbid the mere name counts.
 */
function readMember(directive: Directive, member: Item | InnerList): unknown {
  const fallback = FORBIDDING.has(directive.key) || undefined
  if (isInnerList(member)) return fallback
  const [value] = member
  if (directive.kind === 'seconds') {
    const isSeconds = typeof value === 'number' && Number.isInteger(value) && value >= 0
    return isSeconds ? Math.min(value, MAX_DELTA_SECONDS) : undefined
  }
  if (value === true) return true
  if (directive.kind !== 'fields' || typeof value !== 'string') return fallback
  const names = value.toLowerCase().split(/[\s,]+/)
  const present = names.filter(Boolean)
  return present.length > 0 ? present : true
}
