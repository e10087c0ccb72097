import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import { type Dispatcher, errors } from 'undici'
import { markUnreachable } from '../response-cache/origin-failure.ts'
import { answerError } from './answer-error.ts'
import { passEarlyHints, passProcessing } from './early-hints.ts'
import { type FieldLine, decodeLines, requestLines, trailerLines } from './fields.ts'
import type { ForwardFailure, ResolvedForwarderOptions } from './forwarder-options.ts'
import type { OriginConnections } from './origin-connections.ts'
import { hasBody, requestBody } from './request-body.ts'
import { writeResponseHead } from './response-head.ts'

/** RFC 9110 §9.2.2, as far as such a request may come without a body. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

export interface ExchangeOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connections: OriginConnections
  readonly settings: ResolvedForwarderOptions
  /** The protocol to switch to, and what is done with both ends once the origin agrees. */
  readonly upgrade?: {
    readonly protocol: string
    readonly onSwitch: (lines: readonly FieldLine[], socket: Duplex) => void
  }
}

/** One request to the origin and the way of its answer back. undici calls it with what comes in. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  readonly #hasBody: boolean
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  /** `waiting` until the head of the answer is there; `over` when nothing that the origin says counts any longer. */
  #state: 'waiting' | 'answering' | 'over' = 'waiting'
  #body: Readable | undefined
  #hasAnswerBegun = false
  #isRetried = false

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#hasBody = hasBody(options.request)
    this.#timer = setTimeout(() => this.#timeOut(), options.settings.timeoutMs)
    options.response.once('close', () => this.#stop(new Error('The client went away.')))
  }

  start(): void {
    const { request, connections } = this.#options
    if (this.#hasBody) this.#body = requestBody(request, () => this.#timer.refresh())
    connections.dispatch({ ...this.#dispatchOptions(), body: this.#body ?? null }, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It may have waited for a connection for longer than anybody cared.
    if (this.#state === 'over') controller.abort(new Error('Nobody waits for this any more.'))
  }

  onResponseStarted(): void {
    this.#hasAnswerBegun = true
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    const { response } = this.#options
    const lines = decodeLines((controller.rawHeaders ?? []) as Buffer[])
    if (status < 200) {
      if (status === 103 && this.#state === 'waiting') passEarlyHints(response, lines)
      if (status === 102 && this.#state === 'waiting') passProcessing(response)
      return
    }
    writeResponseHead(response, status, message, lines)
    this.#state = 'answering'
    clearTimeout(this.#timer)
    // Most bodies come with their heads and leave in the same packet; a stream that is silent yet must show its head.
    setImmediate(() => {
      // Not the head of a cache that holds this answer back: `headersSent` is then still false.
      if (response.headersSent && !response.writableEnded && !response.destroyed) response.flushHeaders()
    })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.#options
    if (response.write(chunk)) return
    controller.pause()
    response.once('drain', () => controller.resume())
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    if (this.#state !== 'answering') return
    const { response } = this.#options
    this.#finish()
    const trailers = trailerLines(decodeLines((controller.rawTrailers ?? []) as Buffer[]))
    if (trailers.length > 0 && response.headersSent) response.addTrailers(trailers)
    response.end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    const { request, response, connections } = this.#options
    if (this.#state === 'over') return
    if (this.#state === 'answering') {
      // RFC 9110 §8.6: in a 304 the field tells the length that a 200 would have; undici waits for those bytes.
      const hasNoBody =
        response.statusCode === 304 && error instanceof errors.ResponseContentLengthMismatchError
      if (hasNoBody) {
        this.#finish()
        response.end()
        return
      }
      // Cut off, never ended: half a body must not pass for a whole one.
      this.#report('broken', error)
      this.#finish()
      // Unless a cache has answered in its place: that answer is whole.
      if (!response.writableEnded) response.destroy()
      return
    }
    const { method = 'GET' } = request
    const mayRetry = !this.#isRetried && !this.#hasBody && IDEMPOTENT.has(method) && !this.#hasAnswerBegun
    if (mayRetry && connections.wasReused(error)) {
      this.#isRetried = true
      connections.dispatchAlone(this.#dispatchOptions(), this)
      return
    }
    this.#giveUp('unreachable', error)
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    socket: Duplex,
  ): void {
    const { upgrade } = this.#options
    if (status !== 101 || upgrade === undefined || this.#state === 'over') {
      socket.destroy()
      this.onResponseError(controller, new Error(`The origin switched protocols with status ${status}.`))
      return
    }
    this.#finish()
    upgrade.onSwitch(decodeLines((controller.rawHeaders ?? []) as Buffer[]), socket)
  }

  #dispatchOptions(): Dispatcher.DispatchOptions {
    const { request, settings, upgrade } = this.#options
    const headers = requestLines(request.headers)
    if (settings.changeHost) delete headers['host']
    // Without a body its length is undici's to say; a stray one would make it wait for bytes.
    if (!this.#hasBody && headers['content-length'] !== undefined) headers['content-length'] = '0'
    return {
      path: request.url ?? '/',
      method: request.method as Dispatcher.HttpMethod,
      headers,
      ...(upgrade === undefined ? {} : { upgrade: upgrade.protocol }),
    }
  }

  #timeOut(): void {
    this.#giveUp(
      'timeout',
      new Error(`The origin sent no head within ${this.#options.settings.timeoutMs} ms.`),
    )
  }

  /** Answers for an origin that gave no answer. */
  #giveUp(type: 'unreachable' | 'timeout', error: Error): void {
    const { response } = this.#options
    this.#report(type, error)
    this.#stop(error)
    if (response.destroyed) return
    markUnreachable(response)
    if (type === 'timeout') answerError(response, 504, 'The server behind this one took too long to answer.')
    else answerError(response, 502, 'The server behind this one gave no answer.')
  }

  #report(type: ForwardFailure['type'], error: Error): void {
    const { request, settings } = this.#options
    settings.onFailure({ type, method: request.method ?? 'GET', path: request.url ?? '/', error })
  }

  /** Lets go of the origin, in the middle of whatever it is doing. */
  #stop(reason: Error): void {
    if (this.#state === 'over') return
    this.#finish()
    this.#controller?.abort(reason)
  }

  #finish(): void {
    this.#state = 'over'
    clearTimeout(this.#timer)
    // What is left of it has nowhere to go.
    this.#body?.destroy()
  }
}
