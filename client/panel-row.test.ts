import { expect, it } from 'vitest'
import { type TimingEntry, toRow } from './panel-row.ts'

const ORIGIN = 'https://shop.example'

/** A 5 kB response over the network, with what the test changes. */
function entry(changes: Partial<TimingEntry> & { cache?: string; ageMs?: number } = {}): TimingEntry {
  const { cache, ageMs, ...facts } = changes
  return {
    name: `${ORIGIN}/api/products/42?currency=eur#top`,
    entryType: 'resource',
    initiatorType: 'fetch',
    startTime: 100,
    responseEnd: 112.5,
    duration: 12.5,
    transferSize: 5300,
    encodedBodySize: 5000,
    decodedBodySize: 9000,
    responseStatus: 200,
    serverTiming: [
      { name: 'db', description: '', duration: 3 },
      ...(cache === undefined ? [] : [{ name: 'cache', description: cache, duration: 0 }]),
      ...(ageMs === undefined ? [] : [{ name: 'age', description: '', duration: ageMs }]),
    ],
    ...facts,
  }
}

it('reads a request that L1 answered', () => {
  expect(toRow(entry({ cache: 'L1; hit; ttl=53', ageMs: 7000 }), ORIGIN, 7)).toEqual({
    id: 7,
    path: '/api/products/42?currency=eur',
    type: 'fetch',
    status: 200,
    layer: 'l1',
    state: 'fresh',
    ageMs: 7000,
    ttlMs: 53_000,
    startMs: 100,
    timeMs: 12.5,
    bytes: 5000,
    savedBytes: 0,
    trace: 'L1; hit; ttl=53',
    chain: [{ name: 'L1', hit: true, ttl: 53 }],
    answer: { name: 'L1', hit: true, ttl: 53 },
  })
})

// As Chromium shows them: what a worker answers has transferSize 0, or 300 for an image.
const BY_WORKER = { transferSize: 0, workerStart: 101 }
const FROM_MEMORY = { transferSize: 0, workerStart: 0 }
const FROM_HTTP_CACHE = { transferSize: 0 }
const VALIDATED = { transferSize: 300 }
const IMAGE_BY_WORKER = { transferSize: 300, workerStart: 101 }

it.each([
  ['L2; hit; ttl=240, L1; fwd=uri-miss; stored', {}, 'l2', 'fresh', 240_000],
  ['L2; fwd=uri-miss; stored, L1; fwd=uri-miss; stored', {}, 'origin', undefined, undefined],
  ['L1; hit; ttl=20, SW; hit; ttl=5', BY_WORKER, 'sw', 'fresh', 5000],
  ['L1; hit; ttl=20, SW; hit; ttl=5', IMAGE_BY_WORKER, 'sw', 'fresh', 5000],
  ['L1; hit; ttl=20, SW; hit; ttl=-12', BY_WORKER, 'sw', 'stale', -12_000],
  ['L1; hit; ttl=9, SW; fwd=stale; fwd-status=304; stored', BY_WORKER, 'sw', 'revalidated', undefined],
  ['L1; hit; ttl=9, SW; fwd=stale; fwd-status=200; stored', BY_WORKER, 'l1', 'fresh', 9000],
  ['SW; hit; detail=precache', BY_WORKER, 'precache', 'fresh', undefined],
  ['SW; hit; detail=precache', FROM_MEMORY, 'http', 'memory', undefined],
  ['L1; hit; ttl=9, SW; fwd=uri-miss; stored', FROM_MEMORY, 'http', 'memory', undefined],
  ['SW; hit; ttl=-300; detail=stale-if-error', BY_WORKER, 'sw', 'stale-if-error', -300_000],
  ['SW; fwd=bypass', BY_WORKER, 'origin', undefined, undefined],
  ['L1; fwd=stale; fwd-status=304; stored', {}, 'l1', 'revalidated', undefined],
  ['cdn.example; hit; ttl=30, SW; fwd=uri-miss; stored', BY_WORKER, 'edge', 'fresh', 30_000],
  ['L1; hit; ttl=53', FROM_HTTP_CACHE, 'http', 'fresh', undefined],
  ['L1; hit; ttl=9', VALIDATED, 'http', 'revalidated', undefined],
  [undefined, FROM_HTTP_CACHE, 'http', 'fresh', undefined],
  [undefined, {}, 'network', undefined, undefined],
  // A POST: the worker let it pass.
  [undefined, BY_WORKER, 'network', undefined, undefined],
  ['HIT', {}, 'network', undefined, undefined],
  ['hit-front', {}, 'network', undefined, undefined],
  ['"; broken', {}, 'network', undefined, undefined],
  [undefined, { transferSize: 0, encodedBodySize: 0, decodedBodySize: 0 }, 'unknown', undefined, undefined],
  [
    undefined,
    { transferSize: 0, encodedBodySize: 0, decodedBodySize: 0, responseStatus: 0 },
    'unknown',
    'failed',
    undefined,
  ],
] as const)('reads %s %j as %s %s', (cache, sizes, layer, state, ttlMs) => {
  const row = toRow(entry({ ...(cache === undefined ? {} : { cache }), ...sizes }), ORIGIN, 1)
  expect(row).toMatchObject({ layer, state, ttlMs })
})

function saved(cache: string, sizes: Partial<TimingEntry>): number | undefined {
  return toRow(entry({ cache, ...sizes }), ORIGIN, 1)?.savedBytes
}

it('counts as saved what the browser had', () => {
  expect(saved('SW; hit; ttl=5', { transferSize: 0 })).toBe(5000)
  expect(saved('SW; hit; ttl=5', { transferSize: 0, encodedBodySize: 0 })).toBe(9000)
  expect(saved('L1; hit; ttl=5', { transferSize: 0 })).toBe(5000)
  expect(saved('L1; hit; ttl=5', {})).toBe(0)
})

it('does not pass off the age that a copy in the HTTP cache once had as its age now', () => {
  expect(toRow(entry({ cache: 'L1; hit', ageMs: 7000, transferSize: 0 }), ORIGIN, 1)?.ageMs).toBe(undefined)
  expect(toRow(entry({ cache: 'L1; hit', ageMs: 7000, transferSize: 300 }), ORIGIN, 1)?.ageMs).toBe(7000)
})

it.each(['https://cdn.example/a.js', 'data:text/plain,hi', 'blob:https://shop.example/1', 'nonsense'])(
  'leaves %s out',
  (name) => {
    expect(toRow(entry({ name }), ORIGIN, 1)).toBe(undefined)
  },
)

it('reads entries of browsers without status and server timing', () => {
  const { responseStatus: _, serverTiming: __, ...old } = entry()
  expect(toRow(old, ORIGIN, 1)).toMatchObject({ status: undefined, layer: 'network', ageMs: undefined })
})

it('times a document until its last byte, not until the page has loaded', () => {
  const document = { entryType: 'navigation', initiatorType: 'navigation', startTime: 0, duration: 3000 }
  expect(toRow(entry({ ...document, responseEnd: 80 }), ORIGIN, 1)).toMatchObject({
    type: 'document',
    timeMs: 80,
  })
})

it.each([
  ['script', '/a', 'script'],
  ['img', '/a', 'img'],
  ['xmlhttprequest', '/a', 'fetch'],
  ['link', '/assets/app.css', 'css'],
  ['link', '/assets/app.js', 'js'],
  ['link', '/next', 'link'],
  ['css', '/inter.woff2', 'woff2'],
  ['css', '/hero-480.webp', 'webp'],
  ['other', '/favicon.ico', 'ico'],
  ['other', '/app.webmanifest', 'webmanifest'],
  ['', '/a', 'other'],
  ['iframe', '/a', 'iframe'],
  ['beacon', '/a', 'beacon'],
] as const)('calls what %s asked for at %s a %s', (initiatorType, path, type) => {
  expect(toRow(entry({ initiatorType, name: ORIGIN + path }), ORIGIN, 1)?.type).toBe(type)
})
