import type { IncomingMessage } from 'node:http'
import { type Readable, Transform } from 'node:stream'

/** Whether a request has a body, by its framing (RFC 9112 §6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/**
 * The body of a request as a stream that may be destroyed. Destroying the request itself would take the client's connection
 * along, and with it the answer of an origin that did not want to hear the rest.
 */
export function requestBody(request: IncomingMessage, onProgress: () => void): Readable {
  const body = new Transform({
    transform(chunk, _encoding, callback) {
      onProgress()
      callback(null, chunk)
    },
  })
  body.on('error', () => {})
  body.once('close', () => {
    request.unpipe(body)
    // Read to its end and thrown away, so that the connection can serve the next request.
    request.resume()
  })
  request.once('error', (error: Error) => body.destroy(error))
  request.once('close', () => {
    if (!request.readableEnded) body.destroy(new Error('The client went away.'))
  })
  return request.pipe(body)
}
