import { createHash } from 'node:crypto'

/** Where something is stored: what all keys and groups of a URL are made of. */
export interface Place {
  /** With the port, if there is one, in lower case. */
  readonly host: string
  readonly path: string
  /** The query with its `?`, or ''. */
  readonly search: string
}

/** The group of all that is stored under one URL, however it is spelled, so that one invalidation finds every variant. */
export function urlGroup(place: Place): string {
  return `url-${digest(spelling(place))}`
}

/** The group of all that is stored for a host and path under a rule about its queries. */
export function ruledGroup(place: Place): string {
  return `search-${digest(spelling({ ...place, search: '' }))}`
}

/** RFC 9875 §2: a group of one origin, of any characters. Another origin's group of that name is another one. */
export function originGroup(host: string, group: string): string {
  return `origin-${digest(`${withoutDefaultPort(host)}\n${group}`)}`
}

/**
 * One text for the spellings of a URL that mean the same (RFC 3986 §6.2): a `Location` that lets go of what is stored may
 * have another one than the request that stored it. Keys are made of what was sent instead, since an application may
 * answer two spellings differently; here, two that fall together by mistake cost a copy.
 */
function spelling({ host, path, search }: Place): string {
  const text = `http://${withoutDefaultPort(host)}${path}${search}`
  // Without a host, the parser would take the first segment of the path for one.
  const href = host !== '' && URL.canParse(text) ? new URL(text).href : text
  return href.replaceAll(/%[\da-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
  })
}

/** Of either scheme: which one the client used, a server behind others can't know. */
function withoutDefaultPort(host: string): string {
  return host.replace(/:(?:80|443)?$/, '')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Whether a group's name is one of these: outside the response cache they mean nothing. */
export function isUrlName(group: string): boolean {
  return /^(?:url|search|origin)-[0-9a-f]{32}$/.test(group)
}
