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
})
