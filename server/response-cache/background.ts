import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { NobodysSocket } from './nobodys-socket.ts'

/** A copy of a GET that nobody waits for, and a response that goes nowhere. Both end, or break, as a Node server's own do. */
export function backgroundExchange(original: IncomingMessage): {
  request: IncomingMessage
  response: ServerResponse
} {
  const socket = new NobodysSocket(original) as unknown as Socket
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  request.url = (original as { originalUrl?: string }).originalUrl ?? original.url ?? '/'
  request.httpVersion = '1.1'
  request.httpVersionMajor = 1
  request.httpVersionMinor = 1
  request.headers = { ...original.headers }
  request.rawHeaders = [...original.rawHeaders]
  request.complete = true
  request.push(null)
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once('finish', () => {
    // Read to its end, so that it closes as well, whether or not the application looked at it.
    request.resume()
    // What is written from here on is late, not an error: by closing, the socket closes the response.
    socket.destroy()
  })
  // Both are the work of Node's server, by means of its own.
  socket.on('drain', () => {
    if (!response.writableEnded) response.emit('drain')
  })
  Object.defineProperty(response, 'writableNeedDrain', {
    configurable: true,
    get: () => !response.writableEnded && socket.writableNeedDrain,
  })
  socket.on('timeout', () => {
    if (!response.emit('timeout', socket)) socket.destroy()
  })
  socket.once('close', () => {
    if (!response.writableFinished)
      request.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
    response.detachSocket(socket)
  })
  return { request, response }
}

/** The whole application that a request came in by, where it is an Express one. */
export function applicationOf(request: IncomingMessage): RequestListener | undefined {
  let app = (request as { app?: { parent?: unknown } }).app
  while (typeof app?.parent === 'function') app = app.parent as { parent?: unknown }
  return typeof app === 'function' ? app : undefined
}
