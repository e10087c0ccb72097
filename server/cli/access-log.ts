import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { parseCacheStatus } from '../../policy/index.ts'
import { cacheStatusOf } from '../response-cache/said.ts'

const LONGEST_PATH = 80
const LONGEST_TEXT = 500
/** Why a stored response was given in place of an answer of the origin. */
const STOOD_IN: ReadonlySet<string> = new Set(['unreachable', 'stale-if-error'])

/** Writes one line for each request that a server has answered: method, path, status, what the cache did, milliseconds. */
export function logAccess(server: Server, write: (line: string) => void): void {
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const start = performance.now()
    // Kept from now: what forwards the request may write it anew.
    const { method = '' } = request
    const path = printablePath(request.url ?? '')
    response.once('close', () => {
      const status = response.headersSent ? String(response.statusCode) : '-'
      const cut = response.writableFinished ? '' : ' cut-off'
      const took = `${(performance.now() - start).toFixed(1)}ms`
      write(`${method} ${path} ${status} ${cacheWord(response)} ${took}${cut}`)
    })
  })
}

/** A target for a terminal. Queries hold tokens and names of people; that there was one is all that is told. */
export function printablePath(url: string): string {
  const at = url.indexOf('?')
  return printable(at < 0 ? url : url.slice(0, at + 1))
}

/** A text of a stranger for a terminal: no control characters, which could rewrite what stands there, and not too long. */
export function printable(text: string): string {
  const cut = text.length > LONGEST_PATH ? `${text.slice(0, LONGEST_PATH - 3)}...` : text
  return cut.replaceAll(
    /[^\u0021-\u007E\u00A1-\u00FF]/g,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

/** A sentence of a stranger for a terminal, likewise. */
export function printableText(text: string): string {
  return text.slice(0, LONGEST_TEXT).replaceAll(/[^ -~\u00A1-\u00FF]/g, '?')
}

/** `hit`, or why the request went to the origin. Our own member is the last one (RFC 9211 §2). */
function cacheWord(response: ServerResponse): string {
  const own = parseCacheStatus(cacheStatusOf(response)).at(-1)
  if (own === undefined) return '-'
  if (own.hit) return 'hit'
  const stoodIn = STOOD_IN.has(own.detail ?? '') ? ` ${own.detail}` : ''
  return `${own.fwd ?? 'none'}${own.stored ? '+stored' : ''}${stoodIn}`
}
