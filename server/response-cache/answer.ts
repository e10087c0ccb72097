import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type CacheStatusMember,
  type HeaderReader,
  currentAge,
  decideRange,
  evaluatePreconditions,
  formatCacheStatusMember,
  notModifiedHeaders,
} from '../../policy/index.ts'
import type { ResolvedOptions } from './options.ts'
import type { Found } from './response-store.ts'

/** What an answer from the store says of itself, but for its name. */
export type Did = Omit<CacheStatusMember, 'name'>

/**
 * Answers a request from a stored response: a 304 where the client has it, the part that it asks for, no body for HEAD
 * (RFC 9111 §4, RFC 9110 §14).
 */
export function answerStored(
  request: IncomingMessage,
  requestHeaders: HeaderReader,
  response: ServerResponse,
  { record, body }: Found,
  did: Did,
  options: ResolvedOptions,
): void {
  const { head, headers } = record
  const age = currentAge(record.assess(options.targets), options.now())
  const fields = [...record.flatHeaders, 'Age', String(age), ...traceFields(record.headers, did, options)]
  const isHead = request.method === 'HEAD'
  if (head.status === 200) {
    const validators = { status: 200, headers, responseTimeMs: head.responseTimeMs }
    if (evaluatePreconditions(requestHeaders, validators) === 'not-modified') {
      response.writeHead(304, notModifiedHeaders(pairUp(fields)).flat())
      response.end()
      return
    }
    const range = isHead ? WHOLE : decideRange(requestHeaders, { status: 200, headers, length: body.length })
    if (range.kind === 'part') {
      const part = body.subarray(range.start, range.end + 1)
      fields.push('Content-Range', range.contentRange, 'Content-Length', String(part.length))
      response.writeHead(206, fields)
      response.end(part)
      return
    }
    if (range.kind === 'unsatisfiable') {
      response.writeHead(416, ['Content-Range', range.contentRange, 'Content-Length', '0'])
      response.end()
      return
    }
  }
  const hasBody = head.status !== 204 && head.status !== 205
  if (hasBody) fields.push('Content-Length', String(head.bodyBytes))
  if (head.statusMessage === '') response.writeHead(head.status, fields)
  else response.writeHead(head.status, head.statusMessage, fields)
  response.end(isHead || !hasBody ? undefined : body)
}

const WHOLE = Object.freeze({ kind: 'whole' })

/** A 504 in place of a stored response that is not there or must not be used (RFC 9111 §5.2.1.7, §5.2.2.2). */
export function answerUnsatisfiable(response: ServerResponse, did: Did, { name }: ResolvedOptions): void {
  response.writeHead(504, {
    'Cache-Control': 'no-store',
    'Cache-Status': formatCacheStatusMember({ name, ...did }),
    'Content-Length': '0',
  })
  response.end()
}

function traceFields(stored: HeaderReader, did: Did, { name, serverTiming }: ResolvedOptions): string[] {
  const own = formatCacheStatusMember({ name, ...did })
  const before = stored.get('cache-status')
  const status = before ? `${before}, ${own}` : own
  if (!serverTiming) return ['Cache-Status', status]
  return [
    'Cache-Status',
    status,
    'Server-Timing',
    `cache;desc="${status.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
  ]
}

function* pairUp(flat: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < flat.length; at += 2) yield [flat[at] ?? '', flat[at + 1] ?? '']
}
