import type { HeaderReader } from './header-reader.ts'
import { parseHttpDate } from './http-date.ts'

/** The precondition fields that validate a stored response (RFC 9111 §4.3.1); empty where it has no validator. */
export function conditionalHeaders(stored: HeaderReader): {
  'If-None-Match'?: string
  'If-Modified-Since'?: string
} {
  const etag = stored.get('etag')
  const modified = stored.get('last-modified')
  return {
    ...(etag && isEntityTag(etag) ? { 'If-None-Match': etag } : {}),
    ...(modified && parseHttpDate(modified) !== undefined ? { 'If-Modified-Since': modified } : {}),
  }
}

/** RFC 9110 §8.8.3: a quoted opaque tag, weak or strong. What is none must not be sent back as one. */
function isEntityTag(value: string): boolean {
  return /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(value)
}
