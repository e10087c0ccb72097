import { isEntityTag } from './entity-tags.ts'
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
