import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'
import { type ReuseRow, reuseCase } from '../reuse-case.ts'
import { STALE, versions } from './versions.ts'

const FRESH = { 'Cache-Control': 'max-age=600', ETag: '"a"' }
const OLD = { 'Cache-Control': STALE, Age: '100', ETag: '"a"' }

/** A request with its own `Cache-Control` (RFC 9111 §5.2.1). */
const saying = (directives: string) => ({ headers: { 'Cache-Control': directives } })

const ROWS: readonly ReuseRow[] = [
  {
    name: 'a request that says no-store is not stored (RFC 9111 §5.2.1.5)',
    headers: FRESH,
    first: saying('no-store'),
    second: {},
    outcome: 'asked',
  },
  {
    name: 'a request that says no-cache has what is fresh validated (§5.2.1.4)',
    headers: FRESH,
    first: {},
    second: saying('no-cache'),
    outcome: 'validated',
  },
  {
    name: 'a request that says Pragma: no-cache too (§5.4)',
    headers: FRESH,
    first: {},
    second: { headers: { Pragma: 'no-cache' } },
    outcome: 'validated',
  },
  {
    name: 'a request takes nothing older than its max-age (§5.2.1.1)',
    headers: { ...FRESH, Age: '100' },
    first: {},
    second: saying('max-age=50'),
    outcome: 'validated',
  },
  {
    name: 'a request takes what is younger than its max-age (§5.2.1.1)',
    headers: { ...FRESH, Age: '100' },
    first: {},
    second: saying('max-age=500'),
    outcome: 'reused',
  },
  {
    name: 'a request takes nothing that min-fresh rules out (§5.2.1.3)',
    headers: { ...FRESH, Age: '500' },
    first: {},
    second: saying('min-fresh=300'),
    outcome: 'validated',
  },
  {
    name: 'a request takes what max-stale lets it take (§5.2.1.2)',
    headers: OLD,
    first: {},
    second: saying('max-stale=1000'),
    outcome: 'reused',
  },
  {
    name: 'the mode no-cache validates (Fetch)',
    headers: FRESH,
    second: { cache: 'no-cache' },
    outcome: 'validated',
  },
  {
    name: 'the mode reload asks anew (Fetch)',
    headers: FRESH,
    second: { cache: 'reload' },
    outcome: 'asked',
  },
  {
    name: 'the mode no-store asks anew (Fetch)',
    headers: FRESH,
    second: { cache: 'no-store' },
    outcome: 'asked',
  },
  {
    name: 'the mode no-store stores nothing (Fetch)',
    headers: FRESH,
    first: { cache: 'no-store' },
    second: {},
    outcome: 'asked',
  },
  {
    name: 'the mode force-cache takes what is stale (Fetch)',
    headers: OLD,
    second: { cache: 'force-cache' },
    outcome: 'reused',
  },
  {
    name: 'the mode only-if-cached takes what is stale (Fetch)',
    headers: OLD,
    second: { cache: 'only-if-cached', mode: 'same-origin' },
    outcome: 'reused',
  },
]

const CASES: readonly Case[] = [
  {
    name: 'only-if-cached without anything stored is a 504, or an error, and no request (§5.2.1.7)',
    async run({ ask, origin }) {
      assert.equal((await ask('/none', saying('only-if-cached'))).status, 504)
      const { status } = await ask('/none', { cache: 'only-if-cached', mode: 'same-origin' })
      assert(status === 504 || status === 0, `It was answered with ${status}.`)
      assert.equal(origin.visits('/none').length, 0)
    },
  },
  {
    name: 'what the mode reload brings is stored (Fetch)',
    async run({ ask, origin, store }) {
      const state = versions(origin, '/reloaded', { 'Cache-Control': 'max-age=600' })
      await store('/reloaded')
      state.version = 2
      assert.equal((await store('/reloaded', { cache: 'reload' })).body, 'version 2')
      origin.forget()
      assert.equal((await ask('/reloaded')).body, 'version 2')
      assert.equal(origin.visits('/reloaded').length, 0)
    },
  },
  {
    name: 'the mode no-store leaves what is stored as it is (Fetch)',
    async run({ ask, origin, store }) {
      const state = versions(origin, '/left', { 'Cache-Control': 'max-age=600' })
      await store('/left')
      state.version = 2
      assert.equal((await store('/left', { cache: 'no-store' })).body, 'version 2')
      assert.equal((await ask('/left')).body, 'version 1')
    },
  },
  {
    name: 'parallel requests for what is not stored are one to the origin',
    async run({ askMany, origin }) {
      origin.says('/once', 'once', { 'Cache-Control': 'max-age=600' })
      const answers = await askMany('/once', 10)
      assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set(['once']))
      assert.equal(origin.visits('/once').length, 1)
    },
  },
  {
    name: 'parallel requests for what may not be shared each get their own answer',
    async run({ askMany, origin }) {
      let count = 0
      origin.route('/mine', (_request, response) => {
        response.writeHead(200, { 'Cache-Control': 'no-store' }).end(`answer ${(count += 1)}`)
      })
      const answers = await askMany('/mine', 5)
      assert.equal(new Set(answers.map(({ body }) => body)).size, 5)
    },
  },
]

export const REQUESTS: Subject = { subject: 'what requests say', cases: [...ROWS.map(reuseCase), ...CASES] }
