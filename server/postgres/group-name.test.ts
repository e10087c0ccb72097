import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isThermoclineError } from '../../policy/index.ts'
import { property } from '../../test/support/property.ts'
import { groupName, tableGroup } from './group-name.ts'

const PORTABLE = /^[a-z0-9._~-]{1,128}$/

describe('the name of a group', () => {
  it.each([
    ['product-{id}', { id: 42 }, 'product-42'],
    ['product-{id}', { id: '42' }, 'product-42'],
    ['product-{id}', { id: 9_007_199_254_740_993n }, 'product-9007199254740993'],
    ['{shop}-{id}', { shop: 'north', id: 7 }, 'north-7'],
    ['listing', {}, 'listing'],
    ['on-sale-{flag}', { flag: true }, 'on-sale-t'],
    ['category-{category_id}', { category_id: null }, 'category-_null'],
    ['slug-{slug}', { slug: 'red_pear.v2' }, 'slug-red_pear.v2'],
  ])('of %s for %o is %s', (template, row, name) => {
    expect(groupName(template, row)).toBe(name)
  })

  it.each(['Pear', 'pear ~', '_null', '', 'a'.repeat(65), 'пирог', 'a"b', 'a\nb'])(
    'stands for %j by a digest',
    (value) => {
      expect(groupName('slug-{slug}', { slug: value })).toMatch(/^slug-_[0-9a-f]{32}$/)
    },
  )

  it('never ends in what marks one user’s own groups', () => {
    expect(groupName('cart-{id}', { id: `1~${'a'.repeat(24)}` })).not.toContain('~')
  })

  property('is portable, whatever the values are', [fc.string(), fc.string()], (a, b) => {
    expect(groupName('thing-{a}-{b}', { a, b })).toMatch(PORTABLE)
  })

  it('stays short enough with several long values, and still tells them apart', () => {
    const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
    const names = [groupName('x-{a}-{b}', { a, b }), groupName('x-{a}-{b}', { a: b, b: a })]
    expect(names.every((name) => PORTABLE.test(name))).toBe(true)
    expect(new Set(names).size).toBe(2)
  })

  property('differs for different values', [fc.string(), fc.string()], (a, b) => {
    expect(groupName('x-{v}', { v: a }) === groupName('x-{v}', { v: b })).toBe(a === b)
  })

  it.each([undefined, new Date(0), {}, Number.NaN])('is refused for the value %s', (value) => {
    expect(() => groupName('product-{id}', { id: value as never })).toThrow(/`?"product-\{id\}"/)
  })

  it.each(['', 'Product-{id}', 'product-{}', 'product-{id', 'a:b', `${'a'.repeat(100)}{id}`, 42])(
    'is refused for the template %j',
    (template) => {
      try {
        groupName(template as string, { id: 1 })
        expect.unreachable()
      } catch (error) {
        expect(isThermoclineError(error) && error.code).toBe('group-invalid')
      }
    },
  )
})

describe('the group of a table', () => {
  it.each([
    ['products', 'table-products'],
    ['public.products', 'table-products'],
    ['shop.products', 'table-shop.products'],
  ])('of %s is %s', (table, group) => {
    expect(tableGroup(table)).toBe(group)
  })

  it('is portable for names that are not', () => {
    expect(tableGroup('"Order Lines"')).toMatch(/^table-_[0-9a-f]{32}$/)
  })
})
