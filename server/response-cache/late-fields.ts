import type { ServerResponse } from 'node:http'
import { NOT_STORED, parseCacheControl } from '../../policy/index.ts'

type SetField = (name: string, value: number | string | readonly string[]) => ServerResponse

/**
 * Writes a head while middleware in front of the cache may still add to it, and puts right what follows from that:
 *
 * - A compressor encodes the body and leaves the entity tag as it is. Two codings under one strong tag would be taken for the
 *   same bytes (RFC 9110 §8.8.3.3), so the tag becomes weak.
 * - A session sets its cookie. What carries one user's cookie is not for the caches further on, whatever was stored says.
 */
export function withLateFields(response: ServerResponse, write: () => void): void {
  const { setHeader, appendHeader } = response as {
    readonly setHeader: SetField
    readonly appendHeader: SetField
  }
  const watch = (original: SetField): SetField => {
    return (name, value) => {
      const key = name.toLowerCase()
      const etag = response.getHeader('ETag')
      if (key === 'content-encoding' && typeof etag === 'string' && etag.startsWith('"')) {
        Reflect.apply(setHeader, response, ['ETag', `W/${etag}`])
      }
      if (key === 'set-cookie' && !isForOne(response)) {
        Reflect.apply(setHeader, response, ['Cache-Control', NOT_STORED['Cache-Control']])
        response.removeHeader('CDN-Cache-Control')
        response.removeHeader('Cache-Groups')
      }
      return Reflect.apply(original, response, [name, value])
    }
  }
  Object.assign(response, { setHeader: watch(setHeader), appendHeader: watch(appendHeader) })
  try {
    write()
  } finally {
    Object.assign(response, { setHeader, appendHeader })
  }
}

function isForOne(response: ServerResponse): boolean {
  const { noStore, private: isPrivate } = parseCacheControl(String(response.getHeader('Cache-Control') ?? ''))
  return noStore === true || isPrivate !== undefined
}
