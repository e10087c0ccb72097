import { expect, it } from 'vitest'
import { toBands } from './panel-bands.ts'
import { type TimingEntry, toRow } from './panel-row.ts'

/** The drawing of a request whose response carried this field, one line a layer. */
function draw(cache: string, changes: Partial<TimingEntry> = {}): string[] {
  const row = toRow(
    {
      name: 'https://shop.example/a',
      entryType: 'resource',
      initiatorType: 'fetch',
      startTime: 0,
      responseEnd: 5,
      duration: 5,
      transferSize: 800,
      encodedBodySize: 500,
      decodedBodySize: 500,
      responseStatus: 200,
      serverTiming: cache ? [{ name: 'cache', description: cache, duration: 0 }] : [],
      ...changes,
    },
    'https://shop.example',
    1,
  )
  return row ? toBands(row).map(({ name, role, words }) => `${name} ${role}: ${words}`) : []
}

it('draws a copy of the worker with what was below it when it was made', () => {
  expect(draw('L1; hit; ttl=20, SW; hit; ttl=5')).toEqual([
    'Service worker answered: fresh: 5 s left',
    'L1 spared: not asked; when this copy was made: fresh: 20 s left',
    'Origin spared: not asked',
  ])
})

it('draws a revalidation down to the layer that confirmed the copy', () => {
  expect(draw('L1; hit; ttl=20, SW; fwd=stale; fwd-status=304; stored')).toEqual([
    'Service worker answered: stale, asked the server, 304 not modified; now stored',
    'L1 asked: fresh: 20 s left',
    'Origin spared: not asked',
  ])
  expect(draw('L1; fwd=bypass, SW; fwd=stale; fwd-status=304; stored').at(-1)).toBe(
    'Origin asked: confirmed that nothing has changed',
  )
})

it('draws a request that went all the way down', () => {
  expect(draw('L2; fwd=uri-miss; stored, L1; fwd=uri-miss; stored, SW; fwd=uri-miss; stored')).toEqual([
    'Service worker asked: not stored yet; now stored',
    'L1 asked: not stored yet; now stored',
    'L2 asked: not stored yet; now stored',
    'Origin answered: made this response',
  ])
})

it('draws an answer from the middle', () => {
  expect(draw('L2; hit; ttl=240, L1; fwd=uri-miss; stored')).toEqual([
    'L1 asked: not stored yet; now stored',
    'L2 answered: fresh: 4 min left',
    'Origin spared: not asked',
  ])
})

it('draws the HTTP cache above what the server once said', () => {
  expect(draw('L1; hit; ttl=53', { transferSize: 0 })).toEqual([
    'HTTP cache answered: had it, nothing was sent',
    'L1 spared: not asked; when this copy was made: fresh: 53 s left',
    'Origin spared: not asked',
  ])
  expect(draw('L1; hit; ttl=53', { transferSize: 300 })).toEqual([
    'HTTP cache answered: asked the server, 304 not modified',
    'L1 asked: fresh: 53 s left',
    'Origin spared: not asked',
  ])
})

it('draws what little is known of a server without a trace', () => {
  expect(draw('')).toEqual(['Server answered: without a trace'])
  expect(draw('', { transferSize: 0, decodedBodySize: 0 })).toEqual([
    'Server asked: the browser does not tell more',
  ])
})

it('names a foreign cache as it names itself', () => {
  expect(draw('"cdn, Paris"; hit; ttl=5')[0]).toBe('cdn, Paris answered: fresh: 5 s left')
})
