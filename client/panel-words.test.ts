import { expect, it } from 'vitest'
import { parseCacheStatus } from '../policy/index.ts'
import { answerWords, memberWords } from './panel-words.ts'

it.each([
  ['L1; hit; ttl=53', 'fresh: 53 s left'],
  ['L2; hit; ttl=240', 'fresh: 4 min left'],
  ['L1; hit', 'had it'],
  ['SW; hit; ttl=-12', 'stale for 12 s, answered at once, being refreshed'],
  ['SW; hit; detail=precache', 'installed with this version of the page'],
  ['SW; hit; ttl=-300; detail=stale-if-error', 'stale for 5 min, used since the server failed'],
  ['SW; hit; ttl=40; detail=stale-if-error', 'fresh: 40 s left, used since the server failed'],
  ['SW; hit; ttl=-300; detail=disconnected', 'stale for 5 min, used since the network is away'],
  ['SW; hit; ttl=40; detail=disconnected', 'fresh: 40 s left, used since the network is away'],
  ['L1; fwd=uri-miss; stored', 'not stored yet; now stored'],
  ['L1; fwd=uri-miss; stored; collapsed', "not stored yet; now stored; shared another request's load"],
  ['L1; fwd=uri-miss; fwd-status=404', 'not stored yet, answered 404'],
  ['SW; fwd=vary-miss; stored', 'stored for other request headers only; now stored'],
  ['SW; fwd=stale; fwd-status=304; stored', 'stale, asked the server, 304 not modified; now stored'],
  ['SW; fwd=stale; fwd-status=200; stored', 'stale, asked the server, which sent a new one; now stored'],
  ['SW; fwd=stale; fwd-status=503', 'stale, asked the server, answered 503'],
  ['SW; fwd=bypass', 'let through, not for this cache'],
  ['SW; fwd=bypass; detail=no-store', 'let through, not for this cache (no-store)'],
  ['SW; fwd=method', 'let through, since it is a write'],
  ['SW; fwd=request', 'asked for a new copy'],
  ['SW; fwd=partial', 'held only a part of it'],
  ['proxy', 'took part'],
])('says of %s: %s', (value, words) => {
  const [member] = parseCacheStatus(value)
  expect(member && memberWords(member)).toBe(words)
})

it.each([
  [{ layer: 'sw', state: 'stale' }, 'SW', 'stale'],
  [{ layer: 'sw', state: 'revalidated' }, 'SW', 'revalidated (304)'],
  [{ layer: 'sw', state: 'stale-if-error' }, 'SW', 'stale, server down'],
  [{ layer: 'sw', state: 'disconnected' }, 'SW', 'network away'],
  [{ layer: 'precache', state: 'fresh' }, 'SW precache', ''],
  [{ layer: 'origin', state: undefined }, 'Origin', ''],
  [{ layer: 'unknown', state: 'failed' }, 'Unknown', 'failed'],
] as const)('names who answered %j', (answer, label, state) => {
  expect(answerWords(answer)).toEqual({ label, state })
})
