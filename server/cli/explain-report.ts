import { STATUS_CODES } from 'node:http'
import { type CacheStatusMember, parseCacheStatus, printableText } from '../../policy/index.ts'
import type { RealExchange } from './explain-exchange.ts'

/** The fields that say something to caches, in the order in which they are shown. */
const FIELDS = [
  'Date',
  'Age',
  'Cache-Control',
  'CDN-Cache-Control',
  'Surrogate-Control',
  'Expires',
  'Pragma',
  'Vary',
  'No-Vary-Search',
  'ETag',
  'Last-Modified',
  'Cache-Groups',
  'Cache-Group-Invalidation',
  'Cache-Status',
  'Set-Cookie',
  'Content-Type',
  'Content-Encoding',
  'Content-Range',
  'Clear-Site-Data',
  'Location',
  'Content-Location',
] as const

const WIDTH = 100
const LONGEST_FIELD = 240

/** What came back, without what only programs want to know. */
export interface ExchangeFacts {
  readonly url: string
  readonly method: string
  readonly status: number
  readonly statusText: string
  readonly milliseconds: number
  readonly bodyBytes: number | null
  /** Lower-case names; cookies are left out. */
  readonly fields: Readonly<Record<string, string>>
  /** What the caches on the way said, the one nearest to the origin first (RFC 9211). */
  readonly cacheStatus: readonly CacheStatusMember[]
  /** Where a redirect leads, absolute; it was not followed. */
  readonly redirectsTo?: string
}

/** The exchange itself, for programs and for people. */
export function renderExchange(exchange: RealExchange): { facts: ExchangeFacts; text: string } {
  const facts = factsOf(exchange)
  const reason = facts.statusText || (STATUS_CODES[facts.status] ?? '')
  const coding = facts.fields['content-encoding']
  const coded = coding === undefined ? '' : ` of ${printableText(coding, 20)}`
  const size = facts.bodyBytes === null ? 'a long body' : `${facts.bodyBytes} bytes${coded}`
  const lines = [
    printableText(`${facts.method} ${facts.url}`, WIDTH),
    printableText(`${facts.status} ${reason}`, 60) + `, ${size}, after ${facts.milliseconds} ms`,
    '',
    ...fieldLines(facts.fields),
    ...(facts.redirectsTo === undefined
      ? []
      : ['', `It leads to ${printableText(facts.redirectsTo, LONGEST_FIELD)}, which is not followed.`]),
    '',
    ...onTheWay(facts),
    '',
  ]
  return { facts, text: lines.join('\n') }
}

function factsOf(exchange: RealExchange): ExchangeFacts {
  const { url, method, status, statusText, headers, requestTimeMs, responseTimeMs } = exchange
  const fields = FIELDS.flatMap((name): [string, string][] => {
    const value = headers.get(name)
    if (value === null || value === undefined) return []
    return [[name.toLowerCase(), name === 'Set-Cookie' ? '(not shown)' : value]]
  })
  const location = headers.get('location')
  const isRedirect = status >= 300 && status < 400 && location
  return {
    url,
    method,
    status,
    statusText,
    milliseconds: responseTimeMs - requestTimeMs,
    bodyBytes: exchange.bodyBytes ?? null,
    fields: Object.fromEntries(fields),
    cacheStatus: parseCacheStatus(headers.get('cache-status')),
    ...(isRedirect ? { redirectsTo: resolve(location, url) } : {}),
  }
}

function resolve(location: string, base: string): string {
  return URL.canParse(location, base) ? new URL(location, base).href : location
}

function fieldLines(fields: ExchangeFacts['fields']): string[] {
  const shown = FIELDS.filter((name) => Object.hasOwn(fields, name.toLowerCase()))
  if (shown.length === 0) return ['  No field that says anything to caches.']
  const column = Math.max(...shown.map((name) => name.length)) + 2
  return shown.flatMap((name) => {
    const value = printableText(fields[name.toLowerCase()] ?? '', LONGEST_FIELD)
    const room = WIDTH - column - 2
    const rows = value.match(new RegExp(`.{1,${room}}(?: |$)|.{1,${room}}`, 'gu')) ?? ['']
    return rows.map((row, index) => `  ${(index === 0 ? name : '').padEnd(column)}${row.trimEnd()}`)
  })
}

function onTheWay({ cacheStatus, fields }: ExchangeFacts): string[] {
  const { age } = fields
  if (cacheStatus.length === 0) {
    return age === undefined
      ? ['No cache on the way said anything.']
      : [`A cache on the way had it for ${printableText(age, 20)} s (Age), and said no more.`]
  }
  const column = Math.min(24, Math.max(...cacheStatus.map(({ name }) => name.length))) + 2
  return [
    'On the way, from the origin to here:',
    ...cacheStatus.map((member) => `  ${printableText(member.name, 24).padEnd(column)}${didText(member)}`),
  ]
}

function didText(member: CacheStatusMember): string {
  const { hit, fwd, fwdStatus, ttl, stored, collapsed, detail } = member
  const parts = [
    hit ? 'answered from its store' : fwd === undefined ? 'says no more' : `asked further on (${fwd})`,
    fwdStatus === undefined ? '' : `got a ${fwdStatus}`,
    collapsed ? 'together with another request' : '',
    stored ? 'stored the answer' : '',
    ttl === undefined ? '' : ttl >= 0 ? `fresh for ${ttl} s` : `stale for ${-ttl} s`,
    detail === undefined ? '' : `detail: ${printableText(detail, 40)}`,
  ]
  return parts.filter(Boolean).join(', ')
}
