import { expect, test } from 'vitest'
import { CACHES } from '../cache/subjects.ts'
import { parseOutageOptions } from './options.ts'

test('all caches stand all outages, for ten seconds at a thousand requests a second', () => {
  expect(parseOutageOptions([])).toMatchObject({
    names: CACHES,
    phases: ['frozen', 'killed', 'slow'],
    faultSeconds: 10,
    requestsPerSecond: 1_000,
    isStrict: false,
  })
})

test('one outage may be long', () => {
  const args = ['--only', 'thermocline', '--phase', 'frozen', '--seconds', '600', '--rate', '50']
  expect(parseOutageOptions(args)).toMatchObject({
    names: ['thermocline'],
    phases: ['frozen'],
    faultSeconds: 600,
    requestsPerSecond: 50,
  })
})

test('what is not known is refused', () => {
  expect(() => parseOutageOptions(['--phase', 'burnt'])).toThrow(RangeError)
  expect(() => parseOutageOptions(['--rate', '0'])).toThrow(RangeError)
  expect(() => parseOutageOptions(['--fast'])).toThrow(TypeError)
})
