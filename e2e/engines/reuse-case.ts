import assert from 'node:assert/strict'
import type { Case } from './case.ts'
import type { Init } from './kit.ts'

/** What becomes of the second of two requests for one URL. */
type Outcome =
  /** It is answered from the store; nothing reaches the origin. */
  | 'reused'
  /** The origin is asked with a validator, says 304, and the stored body is the answer. */
  | 'validated'
  /** The origin is asked as if nothing were stored. */
  | 'asked'

/** One row of a table: what the origin says, and what becomes of a second request. */
export interface ReuseRow {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** @default 200 */
  readonly status?: number
  /** The requests; `second` is like `first` unless it is given. */
  readonly first?: Init
  readonly second?: Init
  readonly outcome: Outcome
  readonly lacks?: Case['lacks']
}

/** The case of a row. The origin numbers its bodies and answers a validator that holds with 304. */
export function reuseCase({
  name,
  headers,
  status = 200,
  first,
  second = first,
  outcome,
  lacks,
}: ReuseRow): Case {
  return {
    name,
    ...(lacks === undefined ? {} : { lacks }),
    async run(kit) {
      const { origin } = kit
      let bodies = 0
      origin.route('/r', (request, response) => {
        const { 'if-none-match': tag, 'if-modified-since': since } = request.headers
        const isSame =
          tag === undefined
            ? since !== undefined && since === headers['Last-Modified']
            : tag === headers['ETag']
        response.writeHead(isSame ? 304 : status, headers)
        response.end(isSame ? undefined : `body ${(bodies += 1)}`)
      })
      const before = await kit.store('/r', first)
      assert.deepEqual([before.status, before.body], [status, 'body 1'])
      const after = await kit.ask('/r', second)
      const [, visit] = origin.visits('/r')
      const isConditional = visit?.headers['if-none-match'] ?? visit?.headers['if-modified-since']
      const became = visit === undefined ? 'reused' : isConditional === undefined ? 'asked' : 'validated'
      assert.equal(became, outcome)
      assert.deepEqual([after.status, after.body], [status, outcome === 'asked' ? 'body 2' : 'body 1'])
      assert.equal(origin.visits('/r').length, outcome === 'reused' ? 1 : 2)
    },
  }
}
