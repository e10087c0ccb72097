import type { IncomingMessage, ServerResponse } from 'node:http'

/** A handler that Express takes, and that a bare `http.createServer` takes as well. */
export type PlainHandler = (request: IncomingMessage, response: ServerResponse) => void

/** Answers with something that is true now and must be kept by no cache. Other methods than GET and HEAD are refused. */
export function plainAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: { readonly status: number; readonly contentType: string; readonly body: string },
): void {
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  const body = isRead ? answer.body : ''
  response.writeHead(isRead ? answer.status : 405, {
    ...(isRead ? { 'Content-Type': answer.contentType } : { Allow: 'GET, HEAD' }),
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  })
  response.end(body)
}
