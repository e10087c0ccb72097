import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isAuthority } from '../http/authority.ts'
import type { Place } from '../response-groups.ts'

/** The longest request target that is looked up; what is longer is passed on. */
const LONGEST_TARGET = 4_096
const LONGEST_EXTRA = 1_024

/**
 * Fields that frameworks let stand for the host, the scheme, the path or the method. Whether the application looks at them
 * can't be known from outside, so they are part of the key: what they change is then theirs alone.
 */
const KEYED_FIELDS = [
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-scheme',
  'x-forwarded-server',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
] as const

/** What a request asks for, taken apart, as it was sent: nothing is decoded, so that two spellings are never taken for one. */
export interface Target extends Place {
  /** `\n` and what else is part of the key, or ''. No field value can hold a line feed. */
  readonly extra: string
}

/** Takes apart what a request asks for; `undefined` where it is nothing that a cache looks up: a Host that is none, too long a path. */
export function targetOf(request: IncomingMessage): Target | undefined {
  const { headers } = request
  let url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? ''
  // HTTP/1.0 has requests without one.
  if (headers.host !== undefined && !isAuthority(headers.host)) return undefined
  let host = headers.host ?? ''
  let extra = ''
  if (url.length > LONGEST_TARGET || host.length > 255) return undefined
  if (url.charCodeAt(0) !== 47 /* / */) {
    // RFC 9112 §3.2.2: in absolute form the target's own host counts, and Host is ignored.
    const absolute = /^https?:\/\/([^/?#]+)(\/[^#]*)?$/i.exec(url)
    if (absolute === null || !isAuthority(absolute[1] ?? '')) return undefined
    // Many applications look at Host all the same, or at the target as it stands, so nobody else may get what comes.
    extra = `\nabsolute ${host}`
    host = absolute[1] ?? ''
    url = absolute[2] ?? '/'
  }
  const at = url.indexOf('?')
  const isSecure = (request.socket as { encrypted?: boolean } | null)?.encrypted === true
  if (isSecure) extra += '\nhttps'
  if (mayHaveKeyedField(headers)) {
    for (const name of KEYED_FIELDS) {
      const value = headers[name]
      if (value !== undefined) extra += `\n${name}=${String(value)}`
    }
  }
  if (extra.length > LONGEST_EXTRA) return undefined
  return {
    host: host.toLowerCase(),
    path: at < 0 ? url : url.slice(0, at),
    search: at < 0 ? '' : url.slice(at),
    extra,
  }
}

/** Most requests have none of them: going through the few fields that are there is cheaper than asking for each that is not. */
function mayHaveKeyedField(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('x-')) return true
  return false
}

/** Whether a request carries a body: what is made of it is no answer for others, and no cache key knows it. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/** RFC 9110 §7.8: an Upgrade that Connection does not name is none. */
export function isUpgrade({ upgrade, connection }: IncomingHttpHeaders): boolean {
  return upgrade !== undefined && /(?:^|[\s,])upgrade(?:$|[\s,])/i.test(connection ?? '')
}
