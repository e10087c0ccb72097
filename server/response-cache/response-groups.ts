import { createHash } from 'node:crypto'

/** The group of all that is stored under one key of a URL, so that one invalidation finds every variant. */
export function urlGroup(urlKey: string): string {
  return `url-${digest(urlKey)}`
}

/** The group of all that is stored for a host and path under a rule about its queries. */
export function ruledGroup(place: string): string {
  return `search-${digest(place)}`
}

/** RFC 9875 §2: a group of one origin, of any characters. Another origin's group of that name is another one. */
export function originGroup(host: string, group: string): string {
  return `origin-${digest(`${host}\n${group}`)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
