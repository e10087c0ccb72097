import type { ServerResponse } from 'node:http'

/**
 * A compressor in front of the cache encodes the body after the head was decided here, and leaves the entity tag as it is.
 * Two codings under one strong tag would be taken for the same bytes (RFC 9110 §8.8.3.3), so the tag becomes weak.
 */
export function whenEncoded(response: ServerResponse, write: () => void): void {
  const { setHeader } = response as { readonly setHeader: (name: string, value: unknown) => ServerResponse }
  response.setHeader = (name: string, value: number | string | readonly string[]) => {
    const etag = response.getHeader('ETag')
    if (name.toLowerCase() === 'content-encoding' && typeof etag === 'string' && etag.startsWith('"')) {
      Reflect.apply(setHeader, response, ['ETag', `W/${etag}`])
    }
    return Reflect.apply(setHeader, response, [name, value])
  }
  try {
    write()
  } finally {
    response.setHeader = setHeader
  }
}
