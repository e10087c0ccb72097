import { describe, expect, it } from 'vitest'
import { recordCodec } from './record-codec.ts'
import { ResponseRecord } from './stored-response.ts'

describe('a stored response that is read back', () => {
  it.each([
    ['Transfer-Encoding', 'chunked'],
    ['Connection', 'close, X-Hop'],
    ['Upgrade', 'h2c'],
    ['Trailer', 'X-Sum'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authenticate', 'Basic'],
    ['TE', 'trailers'],
  ])('frames no message: %s is gone', (name, value) => {
    const times = { requestTimeMs: 1, responseTimeMs: 2 }
    const headers = [['Cache-Control', 'max-age=60'] as const, [name, value] as const]
    const head = { status: 200, statusMessage: 'OK', headers, bodyBytes: 5, digest: undefined, ...times }
    const bytes = recordCodec.encode(new ResponseRecord(head, Buffer.from('hello')))
    const record = recordCodec.decode(Buffer.from(bytes as Buffer))
    expect(record.head).toEqual({ ...head, headers: [['Cache-Control', 'max-age=60']] })
    expect(record.body?.toString()).toBe('hello')
  })
})
