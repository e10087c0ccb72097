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
import { isWatched } from '../http/on-head.ts'
import { hasFields, hasRepeats, setFlatFields, writeFlatHead } from '../http/response-head.ts'
import { cacheMetric } from '../http/server-timing.ts'
import type { ResolvedOptions } from './options.ts'
import type { Found } from './response-store.ts'
import { withLateFields } from './late-fields.ts'
import { remember } from './said.ts'
import type { AnswerFields, StoredHead } from './stored-response.ts'

/** What an answer from the store says of itself, but for its name. */
export type Did = Omit<CacheStatusMember, 'name'>

/** The fields by which a client asks for less than the whole of a stored response. */
const SELECTING = ['if-none-match', 'if-modified-since', 'range']

/**
 * Answers a request from a stored response: a 304 where the client has it, the part that it asks for, no body for HEAD
 * (RFC 9111 §4, RFC 9110 §14).
 */
export function answerStored(
  request: IncomingMessage,
  requestHeaders: HeaderReader,
  response: ServerResponse,
  found: Found,
  did: Did,
  options: ResolvedOptions,
): void {
  const { head } = found.record
  const fields = fieldsOf(found, did, options)
  const isHead = request.method === 'HEAD'
  const asksForLess = head.status === 200 && SELECTING.some((name) => requestHeaders.get(name))
  // Fields that are set one by one, since others are there, can be read again.
  if (asksForLess || !hasFields(response)) remember(response, fields.lines)
  if (asksForLess && answerWithLess(requestHeaders, response, found, fields.lines, isHead)) return
  if (head.statusMessage !== '') response.statusMessage = head.statusMessage
  writeStoredHead(response, head.status, fields.whole, fields.hasRepeats)
  const hasBody = mayHaveBody(head)
  response.end(isHead || !hasBody ? undefined : found.body)
}

/** Answers with a 304, a part or a 416; `false` where the whole is to be sent after all. */
function answerWithLess(
  requestHeaders: HeaderReader,
  response: ServerResponse,
  { record, body }: Found,
  fields: readonly string[],
  isHead: boolean,
): boolean {
  const { headers, head } = record
  const { responseTimeMs } = head
  if (evaluatePreconditions(requestHeaders, { status: 200, headers, responseTimeMs }) === 'not-modified') {
    writeStoredHead(response, 304, notModifiedHeaders(pairUp(fields)).flat())
    response.end()
    return true
  }
  // RFC 9110 §14.2: on any other method than GET a Range means nothing.
  if (isHead) return false
  const range = decideRange(requestHeaders, { status: 200, headers, length: body.length })
  if (range.kind === 'whole') return false
  const isPart = range.kind === 'part'
  const part = isPart ? body.subarray(range.start, range.end + 1) : undefined
  const shape = ['Content-Range', range.contentRange, 'Content-Length', String(part?.length ?? 0)]
  writeStoredHead(response, isPart ? 206 : 416, isPart ? [...fields, ...shape] : shape)
  response.end(part)
  return true
}

function writeStoredHead(
  response: ServerResponse,
  status: number,
  flat: readonly string[],
  hasRepeats?: boolean,
): void {
  if (!isWatched(response)) {
    writeFlatHead(response, status, flat, hasRepeats)
    return
  }
  setFlatFields(response, flat, hasRepeats)
  withLateFields(response, () => void response.writeHead(status))
}

/** A 504 in place of a stored response that is not there or must not be used (RFC 9111 §5.2.1.7, §5.2.2.2). */
export function answerUnsatisfiable(response: ServerResponse, did: Did, { name }: ResolvedOptions): void {
  response.writeHead(504, {
    'Cache-Control': 'no-store',
    'Cache-Status': formatCacheStatusMember({ name, ...did }),
    'Content-Length': '0',
  })
  response.end()
}

function mayHaveBody({ status }: StoredHead): boolean {
  return status !== 204 && status !== 205
}

function fieldsOf({ record, tier }: Found, did: Did, options: ResolvedOptions): AnswerFields {
  const age = currentAge(record.assess(options.targets), options.now())
  const make = (): AnswerFields => {
    const { head, headers, flatHeaders } = record
    const lines = [...flatHeaders, 'Age', String(age), ...traceFields(headers, did, options)]
    const whole = mayHaveBody(head) ? [...lines, 'Content-Length', String(head.bodyBytes)] : lines
    return { lines, whole, hasRepeats: hasRepeats(whole) }
  }
  // All hits of one second say the same.
  return did.hit && tier === 'L1' ? record.hitFields(age, make) : make()
}

function traceFields(stored: HeaderReader, did: Did, { name, serverTiming }: ResolvedOptions): string[] {
  const own = formatCacheStatusMember({ name, ...did })
  const before = stored.get('cache-status')
  const status = before ? `${before}, ${own}` : own
  return ['Cache-Status', status, ...(serverTiming ? ['Server-Timing', cacheMetric(status)] : [])]
}

function* pairUp(flat: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at < flat.length; at += 2) yield [flat[at] ?? '', flat[at + 1] ?? '']
}
