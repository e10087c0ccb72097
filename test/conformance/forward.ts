import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request as send,
} from 'node:http'

// RFC 9110 §7.6.1: these are for one connection alone.
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Passes every request on to an origin and every answer back, and keeps nothing. */
export function forward(origin: string): RequestListener {
  return (request, response) => {
    const onward = send(new URL(request.url ?? '/', origin), {
      method: request.method ?? 'GET',
      headers: endToEnd(request.headers),
      agent: false,
    })
    onward.on('information', ({ statusCode, headers }) => {
      if (statusCode === 102) response.writeProcessing()
      if (statusCode === 103) response.writeEarlyHints(headers as Record<string, string | string[]>)
    })
    let answer: IncomingMessage | undefined
    onward.on('response', (received) => {
      answer = received
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer.headers))
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    onward.on('error', () => {
      // Bytes after the end of an answer, which Content-Length says: the answer itself is whole.
      if (answer?.complete === true) return
      if (response.headersSent) {
        response.destroy()
        return
      }
      response.writeHead(502, { 'content-type': 'text/plain' }).end('The origin gave no answer.\n')
    })
    request.pipe(onward)
    response.on('close', () => onward.destroy())
  }
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...HOP_BY_HOP, ...named])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}
