import type { ServerResponse } from 'node:http'
import type { Names } from './names-for.ts'

/** Tells who polls what there was up to `cursor`; without names it can't be told, and nothing that is held counts as current. */
export function answerPoll(response: ServerResponse, cursor: string, names: Names | undefined): void {
  const body = JSON.stringify({ cursor, ...(names ?? { reset: true }) })
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
}

/** It has to be asked again, here or elsewhere. */
export function answerUnavailable(response: ServerResponse, retryMs: number): void {
  response.writeHead(503, { 'Retry-After': Math.ceil(retryMs / 1_000), 'Cache-Control': 'no-store' })
  response.end()
}
