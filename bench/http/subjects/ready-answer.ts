import { createHash } from 'node:crypto'
import { expectedBody } from '../route.ts'

/** The answer to `/items/1` as bytes and header fields, made once. */
export function readyAnswer(): { readonly headers: Record<string, string | number>; readonly body: Buffer } {
  const body = Buffer.from(expectedBody('1'))
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': body.byteLength,
    ETag: `"${createHash('sha1').update(body).digest('base64')}"`,
  }
  return { headers, body }
}
