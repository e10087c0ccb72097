import type { ServerResponse } from 'node:http'
import type { BodyCopy } from './body-copy.ts'
import { linesOf, resetLines, takeHead } from '../http/response-head.ts'
import { whenEncoded } from './when-encoded.ts'

/** What becomes of a response that the application has begun. */
export type Verdict =
  /** It goes out; `copy` is given the body as well. */
  | { readonly kind: 'send'; readonly copy?: BodyCopy | undefined }
  /** It is taken in silence (`copy` is still given the body), and when it ends `answer` speaks in its place. */
  | { readonly kind: 'replace'; readonly copy?: BodyCopy | undefined; readonly answer: () => void }

export interface OutgoingEvents {
  /** Once, when the status and the fields are complete and nothing has left. May still change fields. */
  onHead(): Verdict
  /** The application has said all of it. */
  onComplete(): void
  /** The connection was closed before that. */
  onAbandoned(): void
}

/** As properties, for they are called on the response and with what the application gave, whatever that was. */
interface Writers {
  readonly writeHead: (...head: never[]) => unknown
  readonly write: (...written: never[]) => unknown
  readonly end: (...written: never[]) => unknown
}

/**
 * Stands between an application and its response: sees the head before it leaves, copies the body as it passes, and can
 * speak in the application's place.
 */
export function watchOutgoing(response: ServerResponse, events: OutgoingEvents): void {
  const { writeHead, write, end } = response as Writers
  const before = linesOf(response)
  let verdict: Verdict | undefined
  let isEnded = false
  let isAbandoned = false

  const copyBody = (chunk: unknown, encoding: unknown): void => {
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function')
      verdict?.copy?.add(chunk, encoding)
  }

  response.writeHead = (...head: unknown[]) => {
    if (verdict === undefined) {
      takeHead(response, head)
      // An application that asks for the head while it is being decided must not begin another round.
      verdict = { kind: 'send' }
      verdict = events.onHead()
      // For the application it is: after an error it must break off, not begin another response.
      if (verdict.kind === 'replace') setHeadersSent(response, true)
    }
    if (verdict.kind === 'send' && !response.headersSent) {
      try {
        whenEncoded(response, () => Reflect.apply(writeHead, response, [response.statusCode]))
      } catch (error) {
        // Nothing has left, and what the application says instead is another response.
        verdict = undefined
        throw error
      }
    }
    return response
  }

  response.write = (...written: unknown[]) => {
    // Node's own word on what is no part of a body, before anything has left.
    if (!isBodyPart(written[0])) return Reflect.apply(write, response, written)
    // By the outermost wrapper, as Node itself does it: those who wait for the head must hear of it first.
    if (verdict === undefined) response.writeHead(response.statusCode)
    copyBody(written[0], written[1])
    if (verdict?.kind !== 'replace') return Reflect.apply(write, response, written)
    callBack(written)
    return true
  }

  response.end = (...written: unknown[]) => {
    const [chunk, encoding] = written
    if (isEnded) return verdict?.kind === 'replace' ? response : Reflect.apply(end, response, written)
    const isBodyless = chunk === undefined || chunk === null || typeof chunk === 'function'
    if (!isBodyless && !isBodyPart(chunk)) return Reflect.apply(end, response, written)
    isEnded = true
    const isBroken = response.destroyed
    if (verdict === undefined) {
      declareLength(response, chunk, encoding)
      response.writeHead(response.statusCode)
    }
    copyBody(chunk, encoding)
    if (isBroken) {
      // The application may have noticed and stopped early: what ends now is not known to be the whole.
      if (!isAbandoned) events.onAbandoned()
      return verdict?.kind === 'replace' ? response : Reflect.apply(end, response, written)
    }
    if (verdict?.kind === 'replace') {
      const { answer } = verdict
      setHeadersSent(response, false)
      Object.assign(response, { writeHead, write, end })
      resetLines(response, before)
      response.statusMessage = ''
      events.onComplete()
      answer()
      Object.assign(response, { write: () => true, end: () => response })
      callBack(written)
    } else {
      events.onComplete()
      Reflect.apply(end, response, written)
    }
    return response
  }

  response.once('close', () => {
    if (isEnded) return
    isAbandoned = true
    events.onAbandoned()
  })
}

function isBodyPart(chunk: unknown): boolean {
  return typeof chunk === 'string' || chunk instanceof Uint8Array
}

/** Sets what the application is told of its head while it speaks to nobody, or goes back to the truth. */
function setHeadersSent(response: ServerResponse, isPretended: boolean): void {
  if (isPretended) Object.defineProperty(response, 'headersSent', { configurable: true, value: true })
  else Reflect.deleteProperty(response, 'headersSent')
}

/** Node counts a body that is given whole to `end` only as long as the head is not written. */
function declareLength(response: ServerResponse, chunk: unknown, encoding: unknown): void {
  const { statusCode, req } = response
  const hasNoBody = req.method === 'HEAD' || statusCode < 200 || statusCode === 204 || statusCode === 304
  const isDeclared = ['content-length', 'transfer-encoding', 'trailer'].some((name) =>
    response.hasHeader(name),
  )
  if (hasNoBody || isDeclared || response.headersSent) return
  const isText = typeof chunk === 'string'
  const length = isText
    ? Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
    : chunk instanceof Uint8Array
      ? chunk.byteLength
      : 0
  response.setHeader('Content-Length', length)
}

function callBack(written: readonly unknown[]): void {
  const callback = written.findLast((argument) => typeof argument === 'function')
  if (callback !== undefined) process.nextTick(callback)
}
