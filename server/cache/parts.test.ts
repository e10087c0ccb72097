import { describe, expect, it } from 'vitest'
import { EVERYTHING } from '../log/invalidation.ts'
import { CircuitBreaker } from './circuit-breaker.ts'
import { encodeEntry } from './entry-codec.ts'
import { PendingInvalidations } from './pending-invalidations.ts'
import { sealValue } from './seal-value.ts'

describe('the circuit breaker', () => {
  it('opens after failures in a row, lets one call probe, and closes on its success', () => {
    let now = 0
    const breaker = new CircuitBreaker(3, 1_000, () => now)
    for (let i = 0; i < 2; i += 1) breaker.failed()
    breaker.succeeded()
    for (let i = 0; i < 3; i += 1) {
      expect(breaker.allows()).toBe(true)
      breaker.failed()
    }
    expect([breaker.state, breaker.allows()]).toEqual(['open', false])
    now = 1_000
    expect([breaker.state, breaker.allows(), breaker.allows()]).toEqual(['half-open', true, false])
    breaker.failed()
    expect(breaker.state).toBe('open')
    now = 2_000
    expect(breaker.allows()).toBe(true)
    breaker.succeeded()
    expect([breaker.state, breaker.allows()]).toEqual(['closed', true])
  })
})

describe('pending invalidations', () => {
  const keys = (...names: string[]) => ({ keys: names, groups: [], prefixes: [] })

  it('are each there once, and count until their replay has succeeded', () => {
    const pending = new PendingInvalidations()
    pending.add(keys('a', 'b'))
    pending.add(keys('a'))
    expect(pending.replay()).toEqual(keys('a', 'b'))
    expect(pending.isEmpty).toBe(false)
    pending.settle(false)
    expect(pending.replay()).toEqual(keys('a', 'b'))
    pending.settle(true)
    expect(pending.isEmpty).toBe(true)
  })

  it('that are asked for again during their replay are replayed again', () => {
    const pending = new PendingInvalidations()
    pending.add(keys('a'))
    pending.replay()
    pending.add(keys('a'))
    pending.settle(true)
    expect(pending.replay()).toEqual(keys('a'))
  })

  it('that expire go after those that delete, and a name that waits for both is deleted', () => {
    const pending = new PendingInvalidations()
    pending.add({ ...keys('a', 'b'), mode: 'expire' })
    pending.add(keys('b', 'c'))
    pending.add({ ...keys('c'), mode: 'expire' })
    expect(pending.replay()).toEqual(keys('b', 'c'))
    pending.settle(true)
    expect(pending.isEmpty).toBe(false)
    expect(pending.replay()).toEqual({ ...keys('a'), mode: 'expire' })
    pending.settle(false)
    expect(pending.replay()).toEqual({ ...keys('a'), mode: 'expire' })
    pending.settle(true)
    expect(pending.isEmpty).toBe(true)
  })

  it('become one of everything when there are too many', () => {
    const pending = new PendingInvalidations()
    for (let i = 0; i <= 10_000; i += 1) pending.add(keys(`key-${i}`))
    expect(pending.replay()).toEqual(EVERYTHING)
  })
})

describe('sealing a value', () => {
  it('freezes it all the way down', () => {
    const value = { list: [{ a: 1 }] }
    sealValue(value)
    expect(Object.isFrozen(value.list[0])).toBe(true)
  })

  it.each([
    ['plain data', { a: [1, 'x', null, true], b: undefined }, true],
    ['a value met twice', [Object.freeze({ a: 1 }), 1], true],
    ['a date', { at: new Date() }, false],
    ['a map', new Map(), false],
    ['bytes', Buffer.from('x'), false],
    ['a function', { f: () => 1 }, false],
    ['NaN', [Number.NaN], false],
    ['a hole', [undefined], false],
    ['a bigint', 1n, false],
  ])('knows whether JSON can carry %s', (_, value, isJson) => {
    expect(sealValue(value).isJson).toBe(isJson)
  })

  it('survives a value that contains itself', () => {
    const value: { self?: unknown } = {}
    value.self = value
    expect(() => sealValue(value)).not.toThrow()
    expect(() => encodeEntry({ value, groups: [], since: 0, expiresAtMs: 0, loadMs: 0, schema: 0 })).toThrow(
      TypeError,
    )
  })

  it('weighs text by its length', () => {
    expect(sealValue('x'.repeat(1_000)).bytes).toBeGreaterThanOrEqual(2_000)
  })
})
