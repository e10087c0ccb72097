import { type BareItem, type Parameters, isInnerList, parseList } from './structured-fields.ts'

/** What one cache did with a request: a member of the `Cache-Status` list (RFC 9211 §2). */
export interface CacheStatusMember {
  readonly name: string
  /** It was answered from this cache; excludes `fwd`. */
  readonly hit?: true
  /** Why it went on towards the origin. */
  readonly fwd?: ForwardReason
  /** The status code that came back from there. */
  readonly fwdStatus?: number
  /** The response was then stored. */
  readonly stored?: true
  /** The request was collapsed with another one. */
  readonly collapsed?: true
  /** Remaining freshness in seconds; negative for a stale answer. */
  readonly ttl?: number
  readonly key?: string
  readonly detail?: string
}

const FORWARD_REASONS = [
  'bypass',
  'method',
  'uri-miss',
  'vary-miss',
  'miss',
  'request',
  'stale',
  'partial',
] as const

export type ForwardReason = (typeof FORWARD_REASONS)[number]

const TOKEN = /^[A-Za-z*][!#$%&'*+.^`|~\w:/-]*$/

/** One member as it stands in the field (RFC 9211 §2; RFC 9651). */
export function formatCacheStatusMember(member: CacheStatusMember): string {
  const parts = [formatTokenOrString(member.name)]
  if (member.hit) parts.push('hit')
  else if (member.fwd !== undefined) parts.push(`fwd=${member.fwd}`)
  if (member.fwdStatus !== undefined) parts.push(`fwd-status=${Math.trunc(member.fwdStatus)}`)
  if (member.ttl !== undefined) parts.push(`ttl=${Math.trunc(member.ttl)}`)
  if (member.stored) parts.push('stored')
  if (member.collapsed) parts.push('collapsed')
  if (member.key !== undefined) parts.push(`key=${formatString(member.key)}`)
  if (member.detail !== undefined) parts.push(`detail=${formatTokenOrString(member.detail)}`)
  return parts.join('; ')
}

/** Adds what this cache did to what the caches nearer to the origin wrote (RFC 9211 §2: origin first). */
export function appendCacheStatus(existing: string | null | undefined, member: CacheStatusMember): string {
  const own = formatCacheStatusMember(member)
  return existing ? `${existing}, ${own}` : own
}

/** Reads a `Cache-Status` value, the cache nearest to the origin first; a malformed value reads as an empty list. */
export function parseCacheStatus(value: string | null | undefined): CacheStatusMember[] {
  return (parseList(value ?? '') ?? []).flatMap((member) => {
    if (isInnerList(member)) return []
    const [item, parameters] = member
    const name = typeof item === 'object' ? textOf(item) : String(item)
    return name === undefined ? [] : [toMember(name, parameters)]
  })
}

function textOf(item: BareItem | undefined): string | undefined {
  if (typeof item === 'string') return item
  return typeof item === 'object' && 'token' in item ? item.token : undefined
}

function toMember(name: string, parameters: Parameters): CacheStatusMember {
  const number = (key: string) => {
    const value = parameters.get(key)
    return typeof value === 'number' ? value : undefined
  }
  const text = (key: string) => textOf(parameters.get(key))
  const fwd = FORWARD_REASONS.find((reason) => reason === text('fwd'))
  const fwdStatus = number('fwd-status')
  const ttl = number('ttl')
  const key = text('key')
  const detail = text('detail')
  return {
    name,
    ...(parameters.get('hit') === true ? { hit: true } : fwd === undefined ? {} : { fwd }),
    ...(fwdStatus === undefined ? {} : { fwdStatus }),
    ...(parameters.get('stored') === true ? { stored: true } : {}),
    ...(parameters.get('collapsed') === true ? { collapsed: true } : {}),
    ...(ttl === undefined ? {} : { ttl }),
    ...(key === undefined ? {} : { key }),
    ...(detail === undefined ? {} : { detail }),
  }
}

function formatTokenOrString(text: string): string {
  return TOKEN.test(text) ? text : formatString(text)
}

/** RFC 9651 §4.1.6: printable ASCII only; anything else is replaced rather than made an invalid field. */
function formatString(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
