import { storableHeaders } from '../../policy/index.ts'
import type { ValueCodec } from '../cache/value-codec.ts'
import { ResponseRecord, type StoredHead } from './stored-response.ts'

/** What is known of one URL: the field lists that its responses vary by, the newest first. */
export type Index = readonly (readonly string[])[]

/** How many of those lists are remembered. */
export const MOST_VARIES = 4

const ENTRY_BYTES = 400

/** Responses in L2: the length of the head in four bytes, the head as JSON, then the body as it is. */
export const recordCodec: ValueCodec<ResponseRecord> = {
  encode({ head, body }) {
    const json = Buffer.from(JSON.stringify(head))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(json.length)
    return Buffer.concat(body === undefined ? [length, json] : [length, json, body])
  },
  decode(bytes) {
    const bodyAt = 4 + bytes.readUInt32BE(0)
    const head = readHead(JSON.parse(bytes.toString('utf8', 4, bodyAt)))
    const isApart = head.digest !== undefined
    const body = isApart ? undefined : bytes.subarray(bodyAt)
    if (body !== undefined && body.length !== head.bodyBytes) throw new Error('A body of another length.')
    return new ResponseRecord(head, body)
  },
  sizeOf({ head, body }) {
    const fields = head.headers.reduce((sum, [name, value]) => sum + 2 * (name.length + value.length) + 64, 0)
    return ENTRY_BYTES + fields + (body?.length ?? 0)
  },
}

/** What is known of a URL. */
export const indexCodec: ValueCodec<Index> = {
  encode: (index) => Buffer.from(JSON.stringify(index)),
  decode(bytes) {
    const index: unknown = JSON.parse(bytes.toString())
    const isSound =
      Array.isArray(index) &&
      index.length <= MOST_VARIES &&
      index.every((names) => Array.isArray(names) && names.every(isFieldName))
    if (!isSound) throw new Error('No index of a URL.')
    return index as Index
  },
  sizeOf: (index) => 64 + 32 * index.flat().length,
}

/** Bodies that are kept apart. */
export const bodyCodec: ValueCodec<Buffer> = {
  encode: (body) => body,
  decode: (bytes) => bytes,
  sizeOf: (body) => body.length,
}

/** What Redis holds is not trusted: a head of another shape is none, and nothing in it may break the response's own head. */
function readHead(value: unknown): StoredHead {
  const head = value as StoredHead
  const isSound =
    [head.status, head.requestTimeMs, head.responseTimeMs, head.bodyBytes].every(Number.isSafeInteger) &&
    head.status >= 200 &&
    head.status <= 599 &&
    isFieldText(head.statusMessage) &&
    Array.isArray(head.headers) &&
    head.headers.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && isFieldName(pair[0]) && isFieldText(pair[1]),
    ) &&
    (head.digest === undefined || /^[\w-]{43}$/.test(head.digest))
  if (!isSound) throw new Error('No head of a stored response.')
  // What frames a message is said anew on each connection; from a store it could only be a lie.
  return { ...head, headers: storableHeaders(head.headers) }
}

function isFieldName(value: unknown): boolean {
  return typeof value === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)
}

function isFieldText(value: unknown): boolean {
  return typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}
