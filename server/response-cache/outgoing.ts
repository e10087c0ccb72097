import type { ServerResponse } from 'node:http'
import { isWatched } from '../http/on-head.ts'
import { linesOf, resetLines, takeHead } from '../http/response-head.ts'
import type { BodyCopy } from './body-copy.ts'
import { withLateFields } from './late-fields.ts'

/** What becomes of a response that the application has begun. */
export type Verdict =
  /** It goes out; `copy` is given the body as well. */
  | { readonly kind: 'send'; readonly copy?: BodyCopy | undefined }
  /** It is taken in silence (`copy` is still given the body), and when it ends `answer` speaks in its place. */
  | { readonly kind: 'replace'; readonly copy?: BodyCopy | undefined; readonly answer: () => void }
  /** `answer` speaks at once, and what the application still says is taken in silence. */
  | { readonly kind: 'interrupt'; readonly answer: () => void }

export interface OutgoingEvents {
  /** Once, when the status and the fields are complete and nothing has left. May still change fields. */
  onHead(): Verdict
  /** Where others may have changed the head after `onHead`: it has left as it now stands. */
  onHeadSent?(): void
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
  const isWatchedByOthers = isWatched(response)
  let verdict: Verdict | undefined
  let isEnded = false
  let isAbandoned = false

  const copyBody = (chunk: unknown, encoding: unknown): void => {
    if (verdict === undefined || verdict.kind === 'interrupt' || isNothing(chunk)) return
    verdict.copy?.add(chunk, encoding)
  }

  /** From here on the application speaks to nobody. */
  const speak = (answer: () => void): void => {
    setHeadersSent(response, false)
    Object.assign(response, { writeHead, write, end })
    resetLines(response, before)
    response.statusMessage = ''
    answer()
    const swallow = (...written: unknown[]): unknown => callBack(written)
    Object.assign(response, {
      writeHead: () => response,
      write: (...written: unknown[]) => swallow(...written) ?? true,
      end: (...written: unknown[]) => swallow(...written) ?? response,
    })
  }

  const decide = (): void => {
    // An application that asks for the head while it is being decided must not begin another round.
    verdict = { kind: 'send' }
    try {
      verdict = events.onHead()
    } catch {
      // A fault in the cache never fails a request: it goes out as it is, and is not kept.
      events.onAbandoned()
    }
    // For the application it is: after an error it must break off, not begin another response.
    if (verdict.kind === 'replace') setHeadersSent(response, true)
    if (verdict.kind !== 'interrupt') return
    isEnded = true
    speak(verdict.answer)
  }

  const sendHead = (): void => {
    const send = (): void => void Reflect.apply(writeHead, response, [response.statusCode])
    try {
      if (isWatchedByOthers) withLateFields(response, send)
      else send()
    } catch (error) {
      // Nothing has left, and what the application says instead is another response.
      verdict = undefined
      throw error
    }
    if (isWatchedByOthers) events.onHeadSent?.()
  }

  response.writeHead = (...head: unknown[]) => {
    if (verdict === undefined) {
      takeHead(response, head)
      decide()
    }
    if (verdict?.kind === 'send' && !response.headersSent) sendHead()
    return response
  }

  response.write = (...written: unknown[]) => {
    // Node's own word on what is no part of a body, before anything has left.
    if (!isBodyPart(written[0])) return Reflect.apply(write, response, written)
    // By the outermost wrapper, as Node itself does it: those who wait for the head must hear of it first.
    if (verdict === undefined) response.writeHead(response.statusCode)
    copyBody(written[0], written[1])
    if (verdict?.kind === 'send') {
      const mayGoOn = Reflect.apply(write, response, written)
      // Who waits for the whole of it must not wait for one slow client: the application goes on while the copy is kept,
      // once the event loop has had its turn.
      if (mayGoOn === false && verdict.copy?.isWhole === true) setImmediate(() => response.emit('drain'))
      return mayGoOn
    }
    callBack(written)
    return true
  }

  response.end = (...written: unknown[]) => {
    const [chunk, encoding] = written
    if (isEnded) return verdict?.kind === 'send' ? Reflect.apply(end, response, written) : response
    if (!isNothing(chunk) && !isBodyPart(chunk)) return Reflect.apply(end, response, written)
    const isBroken = response.destroyed
    if (verdict === undefined) {
      declareLength(response, chunk, encoding)
      // This may throw, and then nothing has ended.
      response.writeHead(response.statusCode)
    }
    isEnded = true
    copyBody(chunk, encoding)
    // The application may have noticed and stopped early: what ends now is not known to be the whole.
    if (isBroken && !isAbandoned) events.onAbandoned()
    if (!isBroken && verdict?.kind !== 'interrupt') complete(events)
    if (verdict?.kind === 'send') return Reflect.apply(end, response, written)
    if (verdict?.kind === 'replace' && !isBroken) speak(verdict.answer)
    callBack(written)
    return response
  }

  response.once('close', () => {
    if (isEnded) return
    isAbandoned = true
    events.onAbandoned()
  })
}

function complete(events: OutgoingEvents): void {
  try {
    events.onComplete()
  } catch {
    events.onAbandoned()
  }
}

function isNothing(chunk: unknown): boolean {
  return chunk === undefined || chunk === null || typeof chunk === 'function'
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
  const { req } = response
  // An application may have set it as a text, which Node takes for the number.
  const statusCode = Math.trunc(response.statusCode)
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

function callBack(written: readonly unknown[]): undefined {
  const callback = written.findLast((argument) => typeof argument === 'function')
  if (callback !== undefined) process.nextTick(callback)
}
