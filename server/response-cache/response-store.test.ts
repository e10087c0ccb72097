import { expect, it } from 'vitest'
import { fromNodeHeaders } from '../../policy/index.ts'
import { afterwards } from '../../test/support/cached-app.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { ResponseStore } from './response-store.ts'

const TARGET = { host: 'a.example', path: '/a', search: '?q=1&utm=1', extra: '' }
const NO_FIELDS = fromNodeHeaders({})

it.each([
  ['an exact query', {}],
  ['a rule about queries', { 'No-Vary-Search': 'params=("utm")' }],
])('response caches with other rules share an invalidation, but no response under %s', async (_, fields) => {
  const cache = createTieredCache()
  afterwards(() => cache.close())
  const stores = [
    new ResponseStore(cache, 'safe'),
    new ResponseStore(cache, 'rfc9111'),
    new ResponseStore(cache),
  ]
  const bodies = (): (string | undefined)[] =>
    stores.map((store) => store.peek(store.urlKeys(TARGET), NO_FIELDS)?.body.toString())
  const keep = (store: ResponseStore, body: string): void => {
    const headers = Object.entries({
      'Cache-Control': 'max-age=60',
      'Cache-Groups': '"red things"',
      ...fields,
    })
    const head = { status: 200, statusMessage: '', headers, requestTimeMs: 0, responseTimeMs: 0 }
    const options = { retentionMs: 60_000, start: store.begin() }
    store.keep(TARGET, NO_FIELDS, head, Buffer.from(body), options)
  }
  for (const [index, store] of stores.entries()) {
    keep(store, `of ${index}`)
    expect(bodies()).toEqual(stores.map((_store, other) => (other <= index ? `of ${other}` : undefined)))
  }
  await stores[0]?.invalidate([TARGET], [])
  expect(bodies()).toEqual([undefined, undefined, undefined])
})
