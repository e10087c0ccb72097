import {
  type RangeDecision,
  decideRange,
  evaluatePreconditions,
  notModifiedHeaders,
} from '../policy/index.ts'
import type { Whole } from './answer.ts'
import type { StoredEntry } from './stored-entry.ts'

/**
 * What a request wants of a stored response: all of it, its header fields, a part, or to hear that it has it already
 * (RFC 9111 §4.3.2, RFC 9110 §14).
 */
export function selectPart({ headers: asked, method }: Request, entry: StoredEntry, whole: Whole): Whole {
  const { headers, status } = whole
  const without = (shape: Omit<Whole, 'body'>): Whole => {
    whole.body?.cancel().catch(() => {})
    return { ...shape, body: null }
  }
  if (status === 200) {
    const { responseTimeMs } = entry
    if (evaluatePreconditions(asked, { status, headers, responseTimeMs }) === 'not-modified') {
      return without({
        status: 304,
        statusText: 'Not Modified',
        headers: new Headers(notModifiedHeaders(headers)),
      })
    }
    if (method === 'GET' && asked.has('range')) {
      const range = rangeOf(asked, entry, headers)
      if (range.kind === 'unsatisfiable') {
        const shape = new Headers({ 'Content-Range': range.contentRange })
        return without({ status: 416, statusText: 'Range Not Satisfiable', headers: shape })
      }
      if (range.kind === 'part') {
        const { contentRange, end, start } = range
        const shape = new Headers(headers)
        shape.set('Content-Range', contentRange)
        shape.set('Content-Length', String(end + 1 - start))
        const offset = entry.part?.start ?? 0
        const body = whole.body?.pipeThrough(cut(start - offset, end - offset)) ?? null
        return { status: 206, statusText: 'Partial Content', headers: shape, body }
      }
    }
  }
  return method === 'HEAD' ? without(whole) : whole
}

/** Whether what is stored is all that a request asks for: of a part, no more than that. */
export function isEnough({ headers: asked, method }: Request, entry: StoredEntry, headers: Headers): boolean {
  if (entry.part === undefined) return true
  const range = method === 'GET' ? rangeOf(asked, entry, headers) : undefined
  return range?.kind === 'part' && range.start >= entry.part.start && range.end <= entry.part.end
}

function rangeOf(asked: Headers, { part, size }: StoredEntry, headers: Headers): RangeDecision {
  // A worker sees decoded bodies; ranges are counted in coded bytes.
  if (headers.has('content-encoding')) return { kind: 'whole' }
  return decideRange(asked, { status: 200, headers, length: part?.length ?? size })
}

/** Passes on the bytes from `start` to `end`, both included, as they come: nothing is read into memory first. */
function cut(start: number, end: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let at = 0
  return new TransformStream({
    transform(chunk, controller) {
      const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at))
      at += chunk.length
      if (part.length > 0) controller.enqueue(part)
      if (at > end) controller.terminate()
    },
  })
}
