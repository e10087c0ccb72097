import { expect, test } from 'vitest'
import { CACHES } from '../cache/subjects.ts'
import { parseFleetOptions } from './options.ts'

test('all caches run three rounds each; a quick run one, of those that are named', () => {
  expect(parseFleetOptions([])).toEqual({ rounds: 3, names: CACHES })
  expect(parseFleetOptions(['--quick', '--only', 'bentocache'])).toEqual({ rounds: 1, names: ['bentocache'] })
})

test('a limit is no cache, and what is not known is refused', () => {
  expect(() => parseFleetOptions(['--only', 'lru-cache'])).toThrow(RangeError)
  expect(() => parseFleetOptions(['--rounds', 'many'])).toThrow(RangeError)
  expect(() => parseFleetOptions(['--fast'])).toThrow(TypeError)
})
