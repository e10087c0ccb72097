import assert from 'node:assert/strict'
import type { WorkerOrigin } from '../../worker-origin.ts'
import type { Case, Subject } from '../case.ts'
import { STALE, gate, versions } from './versions.ts'

const SWR = { 'Cache-Control': `${STALE}, stale-while-revalidate=600`, Age: '100' }
const SIE = { 'Cache-Control': `${STALE}, stale-if-error=6000`, Age: '100' }

type Failure = readonly [what: string, fail: (origin: WorkerOrigin, path: string) => unknown]

const status = (code: number): Failure => [
  `a ${code}`,
  (origin, path) => origin.says(path, 'broken', {}, code),
]
const FAILURES: readonly Failure[] = [
  ...[500, 502, 503, 504].map(status),
  ['a refused connection', (origin) => origin.goDown()],
  [
    'a connection that is cut before the answer',
    (origin, path) => origin.route(path, (request) => void request.socket.destroy()),
  ],
]

const CASES: readonly Case[] = [
  {
    name: 'inside stale-while-revalidate all get the old one at once, one request fetches the new (RFC 5861 §3)',
    async run({ ask, askMany, origin, settled, store }) {
      const state = versions(origin, '/swr', SWR)
      await store('/swr')
      state.version = 2
      origin.forget()
      const { open, opened } = gate()
      state.held = opened
      const answers = await askMany('/swr', 20)
      open()
      assert.deepEqual(new Set(answers.map(({ body }) => body)), new Set(['version 1']))
      for (const { cacheStatus } of answers) assert.match(cacheStatus, /SW; hit; ttl=-\d+/)
      await settled()
      assert.equal(origin.visits('/swr').length, 1)
      assert.equal(origin.visits('/swr')[0]?.headers['if-none-match'], '"v1"')
      assert.equal((await ask('/swr')).body, 'version 2')
    },
  },
  {
    name: 'the stale answer does not wait for the request behind it (RFC 5861 §3)',
    async run({ ask, origin, settled, store }) {
      const state = versions(origin, '/slow', SWR)
      await store('/slow')
      const { open, opened } = gate()
      Object.assign(state, { version: 2, held: opened })
      assert.equal((await ask('/slow')).body, 'version 1')
      open()
      await settled()
      assert.equal((await ask('/slow')).body, 'version 2')
    },
  },
  {
    name: 'pages hear that what they were given has changed',
    async run({ ask, call, origin, settled, store }) {
      const state = versions(origin, '/news', SWR)
      await store('/news')
      state.version = 2
      await call(() => {
        const heard: unknown[] = []
        Object.assign(globalThis, { heard })
        navigator.serviceWorker.addEventListener('message', ({ data }) => heard.push(data))
        navigator.serviceWorker.startMessages()
      })
      await ask('/news')
      await settled()
      const heard = await call(async () => {
        const { heard } = globalThis as unknown as { heard: unknown[] }
        while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
        return heard
      })
      assert.deepEqual(heard, [{ type: 'thermocline:updated', url: `${origin.url}/news` }])
    },
  },
  {
    name: 'outside stale-while-revalidate the page waits for the new one (RFC 5861 §3)',
    async run({ ask, origin, store }) {
      const headers = { 'Cache-Control': `${STALE}, stale-while-revalidate=10`, Age: '100' }
      const state = versions(origin, '/late', headers)
      await store('/late')
      state.version = 2
      assert.equal((await ask('/late')).body, 'version 2')
    },
  },
  ...FAILURES.map(([what, fail]): Case => ({
    name: `inside stale-if-error ${what} is answered from the store (RFC 5861 §4)`,
    async run({ ask, origin, store }) {
      versions(origin, '/robust', SIE)
      await store('/robust')
      await fail(origin, '/robust')
      const answer = await ask('/robust')
      assert.deepEqual([answer.status, answer.body], [200, 'version 1'])
      assert.match(answer.cacheStatus, /SW; hit; ttl=-\d+; detail=/)
    },
  })),
  {
    name: 'a 404 is no failure to stale-if-error (RFC 5861 §4)',
    async run({ ask, origin, store }) {
      versions(origin, '/gone', SIE)
      await store('/gone')
      origin.says('/gone', 'gone', {}, 404)
      assert.equal((await ask('/gone')).status, 404)
    },
  },
  {
    name: 'outside stale-if-error the page sees the error (RFC 5861 §4)',
    async run({ ask, origin, store }) {
      versions(origin, '/strict', { 'Cache-Control': `${STALE}, stale-if-error=10`, Age: '100' })
      await store('/strict')
      origin.says('/strict', 'broken', {}, 503)
      const answer = await ask('/strict')
      assert.deepEqual([answer.status, answer.body], [503, 'broken'])
    },
  },
  {
    name: 'no-cache is never answered unvalidated, failure or not (RFC 9111 §5.2.2.4)',
    async run({ ask, origin, store }) {
      versions(origin, '/never', { 'Cache-Control': 'no-cache, stale-if-error=6000' })
      await store('/never')
      origin.says('/never', 'broken', {}, 503)
      assert.equal((await ask('/never')).status, 503)
      await origin.goDown()
      assert.notEqual((await ask('/never')).status, 200)
    },
  },
  {
    name: 'what is fresh is answered offline',
    async run({ ask, origin, store }) {
      origin.says('/fresh', 'fresh', { 'Cache-Control': 'max-age=600' })
      await store('/fresh')
      await origin.goDown()
      assert.equal((await ask('/fresh')).body, 'fresh')
    },
  },
  {
    name: 'what is stale stands in offline where nothing forbids it (RFC 9111 §4.2.4)',
    async run({ ask, origin, store }) {
      versions(origin, '/stale', { 'Cache-Control': STALE, Age: '100' })
      await store('/stale')
      await origin.goDown()
      const answer = await ask('/stale')
      assert.deepEqual([answer.status, answer.body], [200, 'version 1'])
    },
  },
]

export const STALE_ANSWERS: Subject = { subject: 'stale answers', cases: CASES }
