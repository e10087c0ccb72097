import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { property } from '../../test/support/property.ts'
import { COARSE_GROUP, type GroupBudget, groupField, groupsToPurge } from './group-budget.ts'

const ROOMY: GroupBudget = { maxNames: 1_000, maxBytes: 16_384, separator: ' ' }
const LONG = `category-${'x'.repeat(60)}`

const name = fc.stringMatching(/^[a-z0-9._~-]{1,128}$/)
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 40 })
const budget = fc.record({
  maxNames: fc.integer({ min: 1, max: 50 }),
  maxBytes: fc.integer({ min: 20, max: 800 }),
  separator: fc.constantFrom(',' as const, ', ' as const, ' ' as const),
  maxNameLength: fc.integer({ min: 15, max: 128 }),
})

describe('the groups of a response, as an edge is told of them', () => {
  it('are their own names where these are short', () => {
    expect(groupField(['product-42', 'category-7', 'product-42'], ROOMY)).toBe('product-42 category-7')
    expect(groupField(['a', 'b'], { ...ROOMY, separator: ',' })).toBe('a,b')
    expect(groupField([], ROOMY)).toBe('')
  })

  it('are hashed where their names are long, and hashed the same in every version', () => {
    // A changed hash would leave what edges hold under the old one.
    expect(groupField([LONG, 'a'], ROOMY)).toBe('h.1k3jnnn848cq5 a')
    expect(groupField([LONG], { ...ROOMY, maxNameLength: 128 })).toBe(LONG)
  })

  it.each(['a b', 'a,b', 'Ä', 'UPPER', 'a\r\nSet-Cookie: b', ''])(
    'are hashed where a name is not portable: %j',
    (text) => {
      expect(groupField([text], ROOMY)).toMatch(/^h\.[0-9a-z]{13}$/)
    },
  )

  it('are one coarse group where they are too many or too long together', () => {
    const many = Array.from({ length: 20 }, (_, i) => `group-${i}`)
    expect(groupField(many, { ...ROOMY, maxNames: 20 }).split(' ')).toEqual(many)
    expect(groupField(many, { ...ROOMY, maxNames: 19 })).toBe(COARSE_GROUP)
    const bytes = many.join(' ').length
    expect(groupField(many, { ...ROOMY, maxBytes: bytes }).split(' ')).toEqual(many)
    expect(groupField(many, { ...ROOMY, maxBytes: bytes - 1 })).toBe(COARSE_GROUP)
  })

  property('never exceed the budget', [names, budget], (groups, limits) => {
    const field = groupField(groups, limits)
    const tokens = field.split(limits.separator)
    expect(tokens.length).toBeLessThanOrEqual(limits.maxNames)
    expect(field.length).toBeLessThanOrEqual(limits.maxBytes)
    for (const token of tokens) expect(token.length).toBeLessThanOrEqual(limits.maxNameLength)
  })
})

describe('purging a group', () => {
  it('purges it under the name that responses have it by, and what was in too many groups', () => {
    expect(groupsToPurge(['product-42', LONG, 'product-42'], ROOMY)).toEqual([
      'product-42',
      'h.1k3jnnn848cq5',
      COARSE_GROUP,
    ])
  })

  property('reaches every response that is in it', [names, budget, fc.nat()], (groups, limits, index) => {
    const purged = groups[index % groups.length] ?? ''
    const tokens = groupField(groups, limits).split(limits.separator)
    expect(groupsToPurge([purged], limits).some((token) => tokens.includes(token))).toBe(true)
  })

  property('spares responses that are in other groups', [names, name], (groups, other) => {
    const tokens = groupField(groups, ROOMY).split(' ')
    const isHit = groupsToPurge([other], ROOMY).some((token) => tokens.includes(token))
    expect(isHit).toBe(groups.includes(other))
  })
})
