const AUTHORITY = /^(?:[a-z\d._~!$&'()*+;=%-]+|\[[\da-f:.]+\])(?::\d*)?$/i

/**
 * Whether a text is a host, with or without a port (RFC 9110 §7.2, RFC 3986 §3.2.2). Anything else in a Host field, such as
 * a slash, would be read as a part of the path by whoever puts the two together.
 */
export function isAuthority(text: string): boolean {
  if (text === lastFound) return true
  if (!AUTHORITY.test(text)) return false
  lastFound = text
  return true
}

/** Most requests name the same host as the one before. */
let lastFound = 'localhost'
