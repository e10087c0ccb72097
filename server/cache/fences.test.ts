import { describe, expect, it } from 'vitest'
import { Fences } from './fences.ts'

const nothing = { keys: [], groups: [], prefixes: [] }

describe('fences', () => {
  it('cover what was taken before they were raised, and nothing else', () => {
    const fences = new Fences()
    fences.raise({ keys: ['a'], groups: ['g'], prefixes: ['user:'] }, 5)
    expect(fences.covers('a', [], 4)).toBe(true)
    expect(fences.covers('a', [], 5)).toBe(false)
    expect(fences.covers('b', ['x', 'g'], 4)).toBe(true)
    expect(fences.covers('user:7', [], 4)).toBe(true)
    expect(fences.covers('b', ['x'], 0)).toBe(false)
  })

  it('never sink: an older invalidation that is heard late changes nothing', () => {
    const fences = new Fences()
    fences.raise({ ...nothing, keys: ['a'] }, 9)
    fences.raise({ ...nothing, keys: ['a'] }, 3)
    expect(fences.covers('a', [], 5)).toBe(true)
  })

  it('cover everything under the empty prefix', () => {
    const fences = new Fences()
    fences.raise({ ...nothing, prefixes: [''] }, 5)
    expect(fences.covers('anything', [], 4)).toBe(true)
    expect(fences.covers('anything', [], 5)).toBe(false)
  })

  it('forget the oldest when there are too many, and then trust nothing from before it', () => {
    const fences = new Fences(2)
    fences.raise({ ...nothing, keys: ['a'] }, 1)
    fences.raise({ ...nothing, keys: ['b'] }, 2)
    fences.raise({ ...nothing, keys: ['c'] }, 3)
    expect(fences.covers('a', [], 0)).toBe(true)
    expect(fences.covers('never named', [], 0)).toBe(true)
    expect(fences.covers('never named', [], 1)).toBe(false)
  })

  it('grow a revision with each change, by which checked entries are known', () => {
    const fences = new Fences()
    const before = fences.revision
    fences.raise({ ...nothing, groups: ['g'] }, 1)
    expect(fences.revision).toBeGreaterThan(before)
  })

  it('tell what was expired from what was deleted, and since when it is', () => {
    const fences = new Fences()
    fences.raise({ keys: ['a'], groups: ['g'], prefixes: ['user:'], mode: 'expire' }, 5, 1_000)
    fences.raise({ ...nothing, keys: ['a'], mode: 'expire' }, 7, 2_000)
    expect(fences.covers('a', ['g'], 4)).toBe(false)
    expect(fences.overtakes('a', ['g'], 4)).toBe(true)
    expect(fences.expiredAtMs('a', [], 4)).toBe(2_000)
    expect(fences.expiredAtMs('b', ['g'], 4)).toBe(1_000)
    expect(fences.expiredAtMs('user:7', [], 4)).toBe(1_000)
    expect(fences.expiredAtMs('a', [], 7)).toBeUndefined()
    expect(fences.overtakes('b', [], 0)).toBe(false)
  })

  it('count all from before as expired, and not as deleted, when too many names were expired', () => {
    const fences = new Fences(2)
    for (const [at, name] of ['a', 'b', 'c'].entries()) {
      fences.raise({ ...nothing, keys: [name], mode: 'expire' }, at + 1, at * 100)
    }
    expect(fences.covers('never named', [], 0)).toBe(false)
    expect(fences.expiredAtMs('never named', [], 0)).toBe(0)
    expect(fences.expiredAtMs('never named', [], 1)).toBeUndefined()
  })
})
