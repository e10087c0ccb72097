import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Request } from 'express'
import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import { oneOf } from '../cache/option-checks.ts'
import { TieredCache } from '../cache/tiered-cache.ts'
import type { Middleware } from '../http/http-policies.ts'
import { type EndpointAccess, createAccess } from './endpoint-access.ts'
import { readInvalidationEvent } from './invalidation-event.ts'
import { readJson } from './read-json.ts'

export interface InvalidationEndpointOptions extends EndpointAccess {
  readonly cache: TieredCache
  /** Whom the answer waits for, where the event does not say itself. @default 'fleet' */
  readonly wait?: 'local' | 'fleet' | 'edges' | undefined
  /** How long it waits; after that the answer is 202. @default '5s' */
  readonly timeout?: Duration | undefined
  /** A longer body is refused with 413; in bytes. @default 65_536 */
  readonly maxBodyBytes?: number | undefined
  /** How many URIs, or groups times origins, one event may name. @default 1_000 */
  readonly maxSelectors?: number | undefined
}

const KNOWN = ['cache', 'token', 'authorize', 'wait', 'timeout', 'maxBodyBytes', 'maxSelectors']

/**
 * An Express handler by which others invalidate over HTTP, after draft-nottingham-http-invalidation-01: POST an event in JSON. 200
 * says that all who were waited for have let go, 202 that it is queued or that somebody is late, 501 that the type of selector
 * is not supported; what else is wrong is told as problem details (RFC 9457). Throws `option-invalid`, also where it was
 * given neither `token` nor `authorize`, or `duration-invalid`.
 *
 * @example
 * app.post('/invalidate', invalidationEndpoint({ cache, token: process.env.INVALIDATE_TOKEN }))
 */
export function invalidationEndpoint(options: InvalidationEndpointOptions): Middleware {
  refuseUnknownOptions('`invalidationEndpoint`', options, KNOWN)
  const { cache, wait: usualWait = 'fleet', maxBodyBytes = 65_536, maxSelectors = 1_000 } = options
  if (!(cache instanceof TieredCache)) {
    throw new ThermoclineError(
      'option-invalid',
      `\`cache\` is ${describeValue(cache)}. Give what \`createTieredCache\` returns.`,
    )
  }
  oneOf('wait', usualWait, ['local', 'fleet', 'edges'])
  wholeNumber('maxBodyBytes', maxBodyBytes)
  wholeNumber('maxSelectors', maxSelectors)
  const timeout = parseDuration(options.timeout ?? '5s', 'timeout')
  const mayInvalidate = createAccess(options)

  const answer = async (request: Request, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST')
      refuse(response, 405, 'Send a POST.')
      return
    }
    const verdict = await mayInvalidate(request)
    if (verdict !== 'allowed') {
      // What is still to come of the body is not waited for.
      response.setHeader('Connection', 'close')
      if (verdict === 'anonymous') response.setHeader('WWW-Authenticate', 'Bearer')
      const isAnonymous = verdict === 'anonymous'
      refuse(
        response,
        isAnonymous ? 401 : 403,
        isAnonymous ? 'Send `Authorization: Bearer` and the token.' : 'These credentials do not allow it.',
      )
      return
    }
    const body = await readJson(request, maxBodyBytes)
    if ('status' in body) {
      if (body.status !== 400) response.setHeader('Connection', 'close')
      refuse(response, body.status, body.detail)
      return
    }
    const event = readInvalidationEvent(body.value, maxSelectors)
    if ('status' in event) {
      refuse(response, event.status, event.detail)
      return
    }
    const result = await cache.invalidate(event.invalidation, { wait: event.wait ?? usualWait, timeout })
    const isDone = result.acknowledged && result.missing.length === 0
    send(response, isDone ? 200 : 202, 'application/json', result)
  }

  const handle = async (...[request, response, next]: Parameters<Middleware>): Promise<void> => {
    response.setHeader('Cache-Control', 'no-store')
    try {
      await answer(request as Request, response)
    } catch (error) {
      if (!(error instanceof ThermoclineError) || response.headersSent) next(error)
      // Such as `wait: 'edges'` where no edges are known.
      else refuse(response, 400, error.message)
    }
  }
  return (...exchange) => void handle(...exchange)
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  send(response, status, 'application/problem+json', { title: STATUS_CODES[status], status, detail })
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  const text = `${JSON.stringify(body)}\n`
  response.statusCode = status
  response.setHeader('Content-Type', type)
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.end(text)
}

function wholeNumber(option: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return
  throw new ThermoclineError(
    'option-invalid',
    `\`${option}\` is ${describeValue(value)}. Give a whole number above 0.`,
  )
}
