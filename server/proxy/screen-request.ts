import type { IncomingMessage } from 'node:http'
import { isAuthority } from '../http/authority.ts'
import { connectionOptions, isEndToEnd } from './fields.ts'

/** Why a request goes no further. The reason is for the client and holds nothing of ours. */
export interface Refusal {
  readonly status: 400 | 405 | 417 | 501 | 505
  readonly reason: string
}

/** What a request asks for, in origin-form. */
export interface Screened {
  readonly target: string
}

const TARGET = /^[!-~]+$/

/**
 * Refuses what two parties could read in two ways: that is what request smuggling and cache poisoning are made of. Node's
 * parser has already refused most of it; this holds also where it was told to be lenient.
 */
export function screenRequest(request: IncomingMessage): Screened | Refusal {
  const { headers, method = 'GET' } = request
  if (request.httpVersionMajor !== 1) return { status: 505, reason: 'Only HTTP/1.1 is spoken here.' }
  if (method === 'TRACE' || method === 'CONNECT') {
    return { status: 405, reason: `${method} is not forwarded.` }
  }
  return (
    refuseFraming(request) ??
    refuseConnection(headers.connection) ??
    refuseExpectation(headers.expect) ??
    refuseHost(request) ??
    screenTarget(request.url ?? '', headers.host)
  )
}

function refuseFraming({ headers, httpVersionMinor }: IncomingMessage): Refusal | undefined {
  const coding = headers['transfer-encoding']
  const length = headers['content-length']
  if (length !== undefined && !/^\d+$/.test(length)) return bad('Content-Length is no number.')
  if (coding === undefined) return undefined
  // RFC 9112 §6.1: such a request may be forwarded after mending, and ought to be refused.
  if (length !== undefined) return bad('Content-Length and Transfer-Encoding contradict each other.')
  if (coding.toLowerCase() !== 'chunked') return bad('The only transfer coding is chunked.')
  if (httpVersionMinor === 0) return bad('HTTP/1.0 has no Transfer-Encoding.')
  return undefined
}

function refuseConnection(value: string | undefined): Refusal | undefined {
  const wrong = connectionOptions(value).find((option) => isEndToEnd(option))
  return wrong === undefined ? undefined : bad('Connection names a field that is not its own.')
}

function refuseExpectation(value: string | undefined): Refusal | undefined {
  // RFC 9110 §10.1.1 has this status for it.
  if (value === undefined || value.toLowerCase() === '100-continue') return undefined
  return { status: 417, reason: 'The only expectation is 100-continue.' }
}

function refuseHost({
  headers: { host },
  rawHeaders,
  httpVersionMinor,
}: IncomingMessage): Refusal | undefined {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]!.length === 4 && rawHeaders[index]!.toLowerCase() === 'host') count += 1
  }
  if (count > 1) return bad('There is more than one Host.')
  if (host === undefined) return httpVersionMinor === 0 ? undefined : bad('Host is missing.')
  return isAuthority(host) ? undefined : bad('Host is not the name of a host.')
}

function screenTarget(url: string, host: string | undefined): Screened | Refusal {
  if (!TARGET.test(url)) return bad('The request target has characters that must be encoded.')
  // No client may send a fragment (RFC 9112 §3.2). A cache that cuts it off and an origin that does not disagree on the page.
  if (url.includes('#')) return bad('The request target has a fragment.')
  if (url.startsWith('/')) return { target: url }
  if (url === '*') return { status: 501, reason: 'Requests for the server as a whole are not forwarded.' }
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(url)
  if (absolute === null) return bad('The request target is neither a path nor an http URL.')
  const [, authority = '', rest = ''] = absolute
  if (authority.toLowerCase() !== host?.toLowerCase()) return bad('The request target and Host differ.')
  return { target: rest.startsWith('/') ? rest : `/${rest}` }
}

function bad(reason: string): Refusal {
  return { status: 400, reason }
}
