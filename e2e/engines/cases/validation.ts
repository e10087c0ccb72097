import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'
import { type ReuseRow, reuseCase } from '../reuse-case.ts'
import { STALE, gate, versions } from './versions.ts'

const MODIFIED = 'Fri, 02 Jan 2026 03:04:05 GMT'

const ROWS: readonly ReuseRow[] = [
  {
    name: 'no-cache is validated by its ETag before each use (RFC 9111 §5.2.2.4)',
    headers: { 'Cache-Control': 'no-cache', ETag: '"a"' },
    outcome: 'validated',
  },
  {
    name: 'no-cache is validated by its Last-Modified where there is no ETag (§4.3.1)',
    headers: { 'Cache-Control': 'no-cache', 'Last-Modified': MODIFIED },
    outcome: 'validated',
  },
  {
    name: 'what is stale is validated (§4.3)',
    headers: { 'Cache-Control': STALE, ETag: '"a"', Age: '100' },
    outcome: 'validated',
  },
  {
    name: 'a weak ETag validates as well (RFC 9110 §8.8.3.2)',
    headers: { 'Cache-Control': 'no-cache', ETag: 'W/"a"' },
    outcome: 'validated',
  },
  {
    name: 'must-revalidate is no matter while it is fresh (§5.2.2.2)',
    headers: { 'Cache-Control': 'must-revalidate, max-age=600', ETag: '"a"' },
    outcome: 'reused',
  },
]

/** A page's own precondition, to a response that is stored and fresh (RFC 9111 §4.3.2). */
function precondition(name: string, field: Readonly<Record<string, string>>, status: number): Case {
  return {
    name,
    async run({ ask, origin, store }) {
      origin.says('/own', 'whole', {
        'Cache-Control': 'max-age=600',
        ETag: '"a"',
        'Last-Modified': MODIFIED,
      })
      await store('/own')
      origin.forget()
      const answer = await ask('/own', { headers: field })
      assert.equal(origin.visits('/own').length, 0, 'It was not answered from the store.')
      assert.deepEqual([answer.status, answer.body], [status, status === 304 ? '' : 'whole'])
      assert.equal(answer.headers['etag'], '"a"')
    },
  }
}

const CASES: readonly Case[] = [
  {
    name: 'a 304 renews the stored header fields, and with them freshness (§3.2)',
    async run({ ask, origin, store }) {
      let maxAge = 0
      origin.route('/renewed', (request, response) => {
        const isSame = request.headers['if-none-match'] === '"x"'
        response.writeHead(isSame ? 304 : 200, {
          'Cache-Control': `max-age=${maxAge}`,
          ETag: '"x"',
          'X-Version': isSame ? 'second' : 'first',
        })
        response.end(isSame ? undefined : 'x')
      })
      await store('/renewed')
      maxAge = 600
      const renewed = await store('/renewed')
      assert.deepEqual([renewed.status, renewed.body, renewed.headers['x-version']], [200, 'x', 'second'])
      origin.forget()
      const reused = await ask('/renewed')
      assert.deepEqual([reused.body, reused.headers['x-version']], ['x', 'second'])
      assert.equal(origin.visits('/renewed').length, 0)
    },
  },
  {
    name: 'a 200 to a validation replaces what is stored (§4.3.3)',
    async run({ ask, origin, store }) {
      const state = versions(origin, '/replaced', { 'Cache-Control': STALE, Age: '100' })
      await store('/replaced')
      state.version = 2
      state.headers = { 'Cache-Control': 'max-age=600' }
      assert.equal((await store('/replaced')).body, 'version 2')
      origin.forget()
      assert.equal((await ask('/replaced')).body, 'version 2')
      assert.equal(origin.visits('/replaced').length, 0)
    },
  },
  {
    name: 'must-revalidate is not answered stale while the origin is away (§5.2.2.2)',
    async run({ ask, origin, store }) {
      versions(origin, '/must', {
        'Cache-Control': `${STALE}, must-revalidate, stale-if-error=6000`,
        Age: '100',
      })
      await store('/must')
      await origin.goDown()
      assert.notEqual((await ask('/must')).status, 200)
    },
  },
  {
    name: 'one validation serves all who want the same at once (§4)',
    async run({ ask, askMany, countRequests, origin, store }) {
      const state = versions(origin, '/many', { 'Cache-Control': 'no-cache' })
      await store('/many')
      origin.says('/later', 'later', { 'Cache-Control': 'max-age=600' })
      await store('/later')
      origin.forget()
      const { open, opened } = gate()
      state.held = opened
      const before = await countRequests()
      const asking = askMany('/many', 10)
      while ((await countRequests()) < before + 10);
      // All ten are with the worker; what is looked up after them is found after them.
      await ask('/later')
      open()
      assert.deepEqual(new Set((await asking).map(({ body }) => body)), new Set(['version 1']))
      assert.equal(origin.visits('/many').length, 1)
    },
  },
  {
    name: 'the origin is asked with max-age=0 and the validator, without Pragma',
    async run({ ask, origin, store }) {
      versions(origin, '/exact', { 'Cache-Control': 'no-cache' })
      await store('/exact')
      await ask('/exact')
      const [miss, validation] = origin.visits('/exact').map(({ headers }) => headers)
      assert.equal(miss?.['if-none-match'], undefined)
      assert.doesNotMatch(String(miss?.['cache-control']), /no-cache|no-store|max-age=0/)
      assert.equal(miss?.['pragma'] ?? '', '')
      assert.deepEqual(
        [validation?.['cache-control'], validation?.['pragma'] ?? '', validation?.['if-none-match']],
        ['max-age=0', '', '"v1"'],
      )
    },
  },
  precondition('the page’s own If-None-Match that holds gets a 304', { 'If-None-Match': '"b", "a"' }, 304),
  precondition('the page’s own If-None-Match that does not hold gets a 200', { 'If-None-Match': '"b"' }, 200),
  precondition(
    'the page’s own If-Modified-Since that holds gets a 304',
    { 'If-Modified-Since': MODIFIED },
    304,
  ),
]

export const VALIDATION: Subject = { subject: 'validation', cases: [...ROWS.map(reuseCase), ...CASES] }
