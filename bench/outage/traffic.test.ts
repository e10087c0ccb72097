import { expect, test } from 'vitest'
import type { Subject } from '../cache/subject.ts'
import { HOT_PREFIX, sendTraffic } from './traffic.ts'

const traffic = { seconds: 0.2, requestsPerSecond: 500, prefix: 'new' }

function subject(getOrSet: Subject['getOrSet']): Subject {
  const nothing = async (): Promise<void> => {}
  return { getOrSet, set: nothing, delete: nothing, close: nothing }
}

const isHot = (key: string): boolean => key.startsWith(HOT_PREFIX)

test('half the requests are for keys that are held: hits where nothing is loaded, misses otherwise', async () => {
  const held = subject((key, load) => (isHot(key) ? Promise.resolve(key) : load()))
  const { hit, miss, reloaded, errors } = await sendTraffic(held, traffic)
  expect([hit.answered, miss.answered, reloaded, errors]).toEqual([50, 50, 0, 0])
  expect(hit.p50Ms).toBeLessThan(miss.p50Ms ?? 0)
  const forgetful = await sendTraffic(
    subject((_, load) => load()),
    traffic,
  )
  expect(forgetful).toMatchObject({ hit: { answered: 0 }, miss: { answered: 100 }, reloaded: 1 })
})

test('what hangs has no percentile, and what fails is counted', async () => {
  const frozen = subject((key) => (isHot(key) ? Promise.reject(new Error('down')) : new Promise(() => {})))
  const { hit, miss, errors } = await sendTraffic(frozen, traffic)
  expect({ hit, miss, errors }).toEqual({
    hit: { answered: 0, hanging: 0 },
    miss: { answered: 0, hanging: 50 },
    errors: 50,
  })
})

test('a percentile falls on what was answered as long as few enough hang', async () => {
  let asked = 0
  const shaky = subject((key) => {
    asked += 1
    return asked % 10 === 0 && !isHot(key) ? new Promise(() => {}) : Promise.resolve(key)
  })
  const { miss } = await sendTraffic(shaky, traffic)
  expect(miss.hanging).toBe(10)
  expect(miss.p50Ms).toBeDefined()
  expect(miss.p99Ms).toBeUndefined()
})
