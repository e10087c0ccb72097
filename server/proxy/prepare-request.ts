import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { connectionOptions, isHopByHop } from './fields.ts'
import { type Refusal, screenRequest } from './screen-request.ts'

/** On the request itself, not in a set: a cache may hand on an object that stands in for it. */
const PREPARED = Symbol('thermocline.prepared')

/** What says who the client is or what it asked for: the word of a proxy, and from anybody else a lie. */
const FORWARDED =
  /^(?:forwarded|x-forwarded(?:-.+)?|x-real-ip|x-client-ip|x-cluster-client-ip|x-proxyuser-ip|true-client-ip|cf-connecting-ip(?:v6)?|fastly-client-ip|front-end-https|x-url-scheme|x-host|x-original-(?:host|url)|x-rewrite-url|x-http-host-override)$/

/**
 * Makes a request such that whoever reads `url` and `headers` from here on, cache or origin, reads the same: the target in
 * origin-form, no field that `Connection` names, and the forwarded fields of our own making. Done once for a request.
 */
export function prepareRequest(request: IncomingMessage, trustProxy: boolean): Refusal | undefined {
  if (PREPARED in request) return undefined
  const screened = screenRequest(request)
  if ('status' in screened) return screened
  Object.defineProperty(request, PREPARED, { value: true })
  request.url = screened.target
  const { headers } = request
  const named = connectionOptions(headers.connection)
  for (const name of Object.keys(headers)) {
    // CGI and WSGI know no difference between `-` and `_`, so `X_Forwarded_For` would pass for the real one.
    const canonical = name.replaceAll('_', '-')
    const isDisguised = canonical !== name && (FORWARDED.test(canonical) || isHopByHop(canonical))
    const isUntrusted = !trustProxy && FORWARDED.test(name)
    // A field called `Proxy` is an environment variable to a CGI program ("httpoxy").
    const isNamed = named.includes(name) && !isHopByHop(name)
    if (isDisguised || isUntrusted || isNamed || name === 'proxy') delete headers[name]
  }
  addForwarded(request)
  return undefined
}

function addForwarded({ headers, socket, httpVersion }: IncomingMessage): void {
  const address = socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '')
  const before = headers['x-forwarded-for']
  if (address !== undefined) {
    headers['x-forwarded-for'] = before === undefined ? address : `${String(before)}, ${address}`
  }
  headers['x-forwarded-proto'] ??= (socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http'
  if (headers.host !== undefined) headers['x-forwarded-host'] ??= headers.host
  // RFC 9110 §7.6.3: a gateway says in the request that it stood between.
  const via = `${httpVersion} thermocline`
  headers.via = headers.via === undefined ? via : `${headers.via}, ${via}`
}
