import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'

const WHOLE = 'abcdefghij'
const HEADERS = { 'Cache-Control': 'max-age=600', ETag: '"a"' }

interface Row {
  readonly name: string
  readonly request: Readonly<Record<string, string>>
  readonly status: number
  readonly body: string
  readonly contentRange: string | undefined
}

/** A range of a response that is stored whole and fresh (RFC 9110 §14.2). */
function fromStore({ name, request, status, body, contentRange }: Row): Case {
  return {
    name,
    async run({ ask, origin, store }) {
      origin.says('/film', WHOLE, HEADERS)
      await store('/film')
      origin.forget()
      const answer = await ask('/film', { headers: request })
      assert.equal(origin.visits('/film').length, 0, 'It was not answered from the store.')
      assert.deepEqual([answer.status, answer.headers['content-range']], [status, contentRange])
      if (status !== 416) assert.equal(answer.body, body)
    },
  }
}

const ROWS: readonly Row[] = [
  {
    name: 'a range is cut from a stored 200',
    request: { Range: 'bytes=2-3' },
    status: 206,
    body: 'cd',
    contentRange: 'bytes 2-3/10',
  },
  {
    name: 'a range without an end',
    request: { Range: 'bytes=7-' },
    status: 206,
    body: 'hij',
    contentRange: 'bytes 7-9/10',
  },
  {
    name: 'a range counted from the end',
    request: { Range: 'bytes=-2' },
    status: 206,
    body: 'ij',
    contentRange: 'bytes 8-9/10',
  },
  {
    name: 'a range beyond the end is a 416',
    request: { Range: 'bytes=10-12' },
    status: 416,
    body: '',
    contentRange: 'bytes */10',
  },
  {
    name: 'an If-Range that holds gets the part',
    request: { Range: 'bytes=2-3', 'If-Range': '"a"' },
    status: 206,
    body: 'cd',
    contentRange: 'bytes 2-3/10',
  },
  {
    name: 'an If-Range that does not hold gets the whole',
    request: { Range: 'bytes=2-3', 'If-Range': '"b"' },
    status: 200,
    body: WHOLE,
    contentRange: undefined,
  },
]

const CASES: readonly Case[] = [
  {
    name: 'a range is answered offline',
    async run({ ask, origin, store }) {
      origin.says('/film', WHOLE, HEADERS)
      await store('/film')
      await origin.goDown()
      const answer = await ask('/film', { headers: { Range: 'bytes=2-3' } })
      assert.deepEqual([answer.status, answer.body], [206, 'cd'])
    },
  },
  {
    name: 'a part that the origin sent is not taken for the whole',
    async run({ ask, origin, store }) {
      origin.route('/film', (request, response) => {
        const isPart = request.headers.range === 'bytes=2-3'
        response.writeHead(isPart ? 206 : 200, {
          ...HEADERS,
          ...(isPart ? { 'Content-Range': 'bytes 2-3/10' } : {}),
        })
        response.end(isPart ? 'cd' : WHOLE)
      })
      const part = await store('/film', { headers: { Range: 'bytes=2-3' } })
      assert.deepEqual([part.status, part.body], [206, 'cd'])
      const whole = await ask('/film')
      assert.deepEqual([whole.status, whole.body], [200, WHOLE])
    },
  },
]

export const RANGES: Subject = { subject: 'ranges', cases: [...ROWS.map(fromStore), ...CASES] }
