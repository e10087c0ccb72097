import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'
import type { Kit } from '../kit.ts'
import { type ReuseRow, reuseCase } from '../reuse-case.ts'

const COLOURS = ['red', 'green', 'blue', 'cyan', 'pink', 'gold', 'grey', 'teal']

const fresh = (vary: string): Record<string, string> => ({ 'Cache-Control': 'max-age=600', Vary: vary })
const unseen = (field: string): ReuseRow => ({
  name: `what varies by ${field}, which a worker can’t see, is not stored`,
  headers: fresh(field),
  outcome: 'asked',
})

const ROWS: readonly ReuseRow[] = [
  { name: 'Vary: * is never reused (RFC 9111 §4.1)', headers: fresh('*'), outcome: 'asked' },
  { name: 'Vary: * among others is never reused (§4.1)', headers: fresh('Accept, *'), outcome: 'asked' },
  {
    name: 'the same value is the same variant (§4.1)',
    headers: fresh('X-Colour'),
    first: { headers: { 'X-Colour': 'red' } },
    outcome: 'reused',
  },
  {
    name: 'another value is another variant (§4.1)',
    headers: fresh('X-Colour'),
    first: { headers: { 'X-Colour': 'red' } },
    second: { headers: { 'X-Colour': 'blue' } },
    outcome: 'asked',
  },
  {
    name: 'no value is a variant too (§4.1)',
    headers: fresh('X-Colour'),
    first: { headers: { 'X-Colour': 'red' } },
    second: {},
    outcome: 'asked',
  },
  {
    name: 'of several fields all must match (§4.1)',
    headers: fresh('X-Colour, X-Size'),
    first: { headers: { 'X-Colour': 'red', 'X-Size': '1' } },
    second: { headers: { 'X-Colour': 'red', 'X-Size': '2' } },
    outcome: 'asked',
  },
  {
    name: 'a field that is not named is no matter (§4.1)',
    headers: fresh('X-Size'),
    first: { headers: { 'X-Colour': 'red', 'X-Size': '1' } },
    second: { headers: { 'X-Colour': 'blue', 'X-Size': '1' } },
    outcome: 'reused',
  },
  {
    name: 'Accept-Encoding is undone before a worker sees it',
    headers: fresh('Accept-Encoding'),
    outcome: 'reused',
  },
  unseen('Sec-CH-UA-Mobile'),
  unseen('Sec-Fetch-Dest'),
  unseen('Referer'),
]

/** Stores one variant for each colour. */
async function storeColours({ origin, store }: Kit): Promise<void> {
  origin.route('/varied', (request, response) => {
    response.writeHead(200, fresh('X-Colour, Accept-Encoding'))
    response.end(request.method === 'GET' ? String(request.headers['x-colour']) : undefined)
  })
  for (const colour of COLOURS) await store('/varied', { headers: { 'X-Colour': colour } })
  origin.forget()
}

const CASES: readonly Case[] = [
  {
    name: 'eight variants of one URL are kept side by side',
    async run(kit) {
      await storeColours(kit)
      for (const colour of COLOURS) {
        assert.equal((await kit.ask('/varied', { headers: { 'X-Colour': colour } })).body, colour)
      }
      assert.equal(kit.origin.visits('/varied').length, 0)
      assert.match((await kit.ask('/varied')).cacheStatus, /^SW; fwd=vary-miss/)
    },
  },
  {
    name: 'a write drops all variants',
    async run(kit) {
      await storeColours(kit)
      await kit.ask('/varied', { method: 'POST' })
      await kit.settled()
      kit.origin.forget()
      for (const colour of COLOURS) await kit.ask('/varied', { headers: { 'X-Colour': colour } })
      assert.equal(kit.origin.visits('/varied').length, COLOURS.length)
    },
  },
  {
    name: 'variants outlive the worker',
    async run(kit) {
      await storeColours(kit)
      await kit.restartWorker()
      for (const colour of COLOURS) {
        assert.equal((await kit.ask('/varied', { headers: { 'X-Colour': colour } })).body, colour)
      }
      assert.equal(kit.origin.visits('/varied').length, 0)
    },
  },
  {
    name: 'what varies by language is answered in the user’s own',
    async run({ ask, call, origin, store }) {
      origin.route('/language', (request, response) => {
        response.writeHead(200, fresh('Accept-Language')).end(String(request.headers['accept-language']))
      })
      const language = await call(() => navigator.language)
      await store('/language')
      origin.forget()
      const { body } = await ask('/language')
      assert(body.startsWith(language), `${body} is not ${language}.`)
      assert.equal(origin.visits('/language').length, 0)
      await ask('/language', { headers: { 'Accept-Language': 'tlh' } })
      assert.equal(origin.visits('/language').length, 1)
    },
  },
]

export const VARIANTS: Subject = { subject: 'variants', cases: [...ROWS.map(reuseCase), ...CASES] }
