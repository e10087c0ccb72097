import { expect, it } from 'vitest'
import { layerOf } from './layer-of.ts'

const saying = (status: string) => new Response('', { headers: { 'Cache-Status': status } })

it.each([
  ['L1; hit; ttl=20, SW; hit; ttl=60', 'SW'],
  ['L1; hit; ttl=20, SW; fwd=uri-miss; stored', 'L1'],
  ['L2; hit, L1; fwd=uri-miss; stored, SW; fwd=stale; fwd-status=200', 'L2'],
  ['L2; fwd=uri-miss, L1; fwd=uri-miss, SW; fwd=bypass', 'origin'],
])('reads who answered from %s', (status, layer) => {
  expect(layerOf(saying(status))).toBe(layer)
  expect(layerOf({ headers: () => ({ 'cache-status': status }) })).toBe(layer)
})

it('does not guess where nothing tells', () => {
  expect(layerOf(new Response(''))).toBeUndefined()
  expect(layerOf({ headers: () => ({}) })).toBeUndefined()
})
