/** RFC 9111 §3.1: fields that belong to one connection and are never kept. */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * RFC 9111 §3.2: what a 304 does not change. Content-Length and its like describe the stored bytes; the ETag is what the
 * stored response was matched by.
 */
const NOT_UPDATED: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-range',
  'etag',
])

/** The fields of a response that a cache keeps (RFC 9111 §3.1): all but hop-by-hop ones and those that `Connection` names. */
export function storableHeaders(headers: Iterable<readonly [string, string]>): [string, string][] {
  const all = [...headers]
  const named = all
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.toLowerCase().split(/[\s,]+/))
  const dropped = new Set([...HOP_BY_HOP, ...named])
  return all.filter(([name]) => !dropped.has(name.toLowerCase())).map(([name, value]) => [name, value])
}

/** Stored fields after a 304: each field that it carries replaces all stored ones of that name (RFC 9111 §3.2). */
export function updateStoredHeaders(
  stored: Iterable<readonly [string, string]>,
  notModified: Iterable<readonly [string, string]>,
): [string, string][] {
  const fresh = storableHeaders(notModified).filter(([name]) => !NOT_UPDATED.has(name.toLowerCase()))
  // Age counts from the response that carried it; the 304 restarts it, whether or not it has an Age of its own.
  const replaced = new Set(['age', ...fresh.map(([name]) => name.toLowerCase())])
  const kept = [...stored].filter(([name]) => !replaced.has(name.toLowerCase()))
  return [...kept.map(([name, value]): [string, string] => [name, value]), ...fresh]
}
