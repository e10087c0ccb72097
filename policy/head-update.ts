import { isEntityTag } from './entity-tags.ts'
import type { HeaderReader } from './header-reader.ts'
import { parseHttpDate } from './http-date.ts'

/** A stored answer to a GET, as the answer to a HEAD is compared with it. */
export interface StoredGet {
  readonly headers: HeaderReader
  /** Of the stored body, in bytes. */
  readonly length: number
}

/**
 * What the 200 to a HEAD means for a stored response that a GET would be answered with (RFC 9111 §4.3.5): it is brought up to
 * date, let go of, or left as it is.
 *
 * It is brought up to date only where an `ETag` or `Last-Modified` is the same on both sides and nothing differs. The letter
 * asks for no validator, and by it one HEAD after the other would keep alive a body that changed long ago. What stands on one
 * side only, and what is no entity tag or date, is not compared.
 */
export function decideHeadUpdate(stored: StoredGet, head: HeaderReader): 'update' | 'invalidate' | 'nothing' {
  const isSame = (name: string, read: (text: string) => unknown): boolean | undefined => {
    const now = read(head.get(name)?.trim() ?? '')
    const before = read(stored.headers.get(name)?.trim() ?? '')
    return now === undefined || before === undefined ? undefined : now === before
  }
  const validators = new Set([isSame('etag', opaqueTag), isSame('last-modified', parseHttpDate)])
  const length = head.get('content-length')
  if (validators.has(false) || (length && Number(length) !== stored.length)) return 'invalidate'
  return validators.has(true) ? 'update' : 'nothing'
}

/** A weak tag is enough: the stored body stays what it is. */
function opaqueTag(text: string): string | undefined {
  return isEntityTag(text) ? text.replace(/^W\//, '') : undefined
}
