import { type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** Answers what could not be parsed, so that no cache on the way keeps the answer, and closes the connection. */
export function answerClientErrors(server: Server): void {
  const latest = new WeakMap<object, ServerResponse>()
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    latest.set(request.socket, response)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket
    const response = latest.get(socket)
    // In the middle of an answer these bytes would pass for a part of it.
    const isAnswering = response !== undefined && response.headersSent && !response.writableFinished
    if (!socket.writable || isAnswering || error.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    const status = STATUS[error.code ?? ''] ?? 400
    const fields = 'Connection: close\r\nCache-Control: no-store\r\nContent-Length: 0\r\n'
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields}\r\n`, () => socket.destroy())
  })
}
