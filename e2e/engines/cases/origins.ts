import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'

const CASES: readonly Case[] = [
  {
    name: 'an opaque response is not stored',
    async run({ ask, call, newOrigin }) {
      const other = await newOrigin()
      other.says('/opaque', 'opaque', { 'Cache-Control': 'no-store' })
      for (let time = 0; time < 2; time += 1) {
        assert.equal((await ask(`${other.url}/opaque`, { mode: 'no-cors' })).type, 'opaque')
      }
      assert.equal(other.visits('/opaque').length, 2)
      const stored = await call(async () => {
        const keys: string[] = []
        for (const name of await caches.keys()) {
          for (const { url } of await (await caches.open(name)).keys()) keys.push(url)
        }
        return keys.filter((key) => key.includes('opaque'))
      })
      assert.deepEqual(stored, [])
    },
  },
  {
    name: 'no preflight is added to what goes to another origin',
    async run({ ask, newOrigin }) {
      const other = await newOrigin()
      other.says('/data', 'data', {
        'Cache-Control': 'no-cache',
        'Access-Control-Allow-Origin': '*',
        ETag: '"d"',
      })
      for (let time = 0; time < 2; time += 1) assert.equal((await ask(`${other.url}/data`)).body, 'data')
      assert(other.visits('/data').every(({ method }) => method === 'GET'))
    },
  },
]

export const ORIGINS: Subject = { subject: 'other origins', cases: CASES }
