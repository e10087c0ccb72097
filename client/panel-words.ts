import type { CacheStatusMember } from '../policy/index.ts'
import { formatAge } from './panel-format.ts'
import { LAYER_LABELS } from './panel-layers.ts'
import type { RequestRow } from './panel-row.ts'

const STATE_WORDS: Readonly<Record<NonNullable<RequestRow['state']>, string>> = {
  fresh: 'fresh',
  memory: 'in memory',
  stale: 'stale',
  'stale-if-error': 'stale, server down',
  disconnected: 'network away',
  revalidated: 'revalidated (304)',
  failed: 'failed',
}

const FORWARD_WORDS: Readonly<Record<NonNullable<CacheStatusMember['fwd']>, string>> = {
  bypass: 'let through, not for this cache',
  method: 'let through, since it is a write',
  'uri-miss': 'not stored yet',
  'vary-miss': 'stored for other request headers only',
  miss: 'not stored yet',
  request: 'asked for a new copy',
  stale: 'stale, asked the server',
  partial: 'held only a part of it',
}

/** Who answered and how, in a few words: `SW stale`, `L1 fresh`, `SW precache`, `Origin`. */
export function answerWords({ layer, state }: Pick<RequestRow, 'layer' | 'state'>): {
  readonly label: string
  readonly state: string
} {
  // What was installed with the page has no lifetime, so "fresh" would say nothing.
  const silent = state === undefined || (layer === 'precache' && state === 'fresh')
  return { label: LAYER_LABELS[layer], state: silent ? '' : STATE_WORDS[state] }
}

/** What one cache did, in plain English. */
export function memberWords(member: CacheStatusMember): string {
  const said = member.hit ? hitWords(member) : forwardWords(member)
  const more = [
    member.stored ? 'now stored' : '',
    member.collapsed ? "shared another request's load" : '',
    isOwnDetail(member.detail) ? `(${member.detail})` : '',
  ].filter(Boolean)
  return [said, ...more].join('; ').replaceAll('; (', ' (')
}

function hitWords({ ttl, detail }: CacheStatusMember): string {
  if (detail === 'precache') return 'installed with this version of the page'
  if (ttl === undefined) return 'had it'
  const time = formatAge(ttl * 1000)
  const left = ttl > 0 ? `fresh: ${time} left` : `stale for ${time}`
  // Without these two it was answered inside `stale-while-revalidate`.
  if (detail === 'stale-if-error') return `${left}, used since the server failed`
  if (detail === 'disconnected') return `${left}, used since the network is away`
  return ttl > 0 ? left : `${left}, answered at once, being refreshed`
}

function forwardWords({ fwd, fwdStatus }: CacheStatusMember): string {
  if (fwd === undefined) return 'took part'
  const words = FORWARD_WORDS[fwd]
  if (fwdStatus === undefined) return words
  if (fwdStatus === 304) return `${words}, 304 not modified`
  return fwd === 'stale' && fwdStatus === 200
    ? `${words}, which sent a new one`
    : `${words}, answered ${fwdStatus}`
}

function isOwnDetail(detail: string | undefined): boolean {
  return detail !== undefined && !['precache', 'stale-if-error', 'disconnected'].includes(detail)
}
