import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { defineEntry } from './define-entry.ts'

const mistake = (message: RegExp, code = 'option-invalid') =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string })

const cache = createTieredCache()
const product = defineEntry({ name: 'product', key: (id: number) => id, schema: z.string() })
const price = defineEntry({
  name: 'price',
  key: (id: number, currency: string) => [id, currency],
  schema: z.number(),
})

describe('cache.entry', () => {
  it.each<[unknown, RegExp]>([
    ['product', /given "product".*defineEntry\(\{ name, key, schema \}\)/],
    [{}, /given an object/],
    [undefined, /given undefined/],
    [{ name: 'product', key: String, schema: z.string() }, /given an object/],
  ])('refuses %j', (definition, message) => {
    expect(() => cache.entry(definition as typeof product)).toThrow(mistake(message))
  })
})

describe('the methods of an entry', () => {
  const products = cache.entry(product)
  const prices = cache.entry(price)

  it('say which parameter is missing', async () => {
    await expect(prices.get(1, undefined as never)).rejects.toThrow(
      mistake(/^Part 2 of the key of "price" is undefined\./, 'key-invalid'),
    )
    await expect(products.get(undefined as never)).rejects.toThrow(
      mistake(/^The key of "product" is undefined\./, 'key-invalid'),
    )
  })

  it('speak of the loader where it is what is missing', async () => {
    await expect(products.getOrSet(1, undefined as never)).rejects.toThrow(
      mistake(/loader of "product:1" is undefined/),
    )
    const call = products.getOrSet.bind(products) as (...args: unknown[]) => Promise<unknown>
    await expect(call(1)).rejects.toThrow(mistake(/loader of "product" is 1\./))
    await expect(call(undefined, () => 'pear')).rejects.toThrow(mistake(/The key of/, 'key-invalid'))
    await expect(products.getOrSetMany([1], 42 as never)).rejects.toThrow(
      mistake(/loader of "product" is 42/),
    )
  })

  it('speak of the start of a load where that is what is missing', async () => {
    const call = products.keep.bind(products) as (...args: unknown[]) => Promise<unknown>
    await expect(call(1, 'pear')).rejects.toThrow(mistake(/given "pear" for the start/))
  })

  it('refuse a map of other ids, which would say that nothing is there', async () => {
    const byText = new Map([['1', 'pear']]) as unknown as Map<number, string>
    await expect(products.getOrSetMany([1, 2], () => byText)).rejects.toThrow(
      mistake(/none of them: it has "product:\\"1\\"" and was asked for "product:1"/),
    )
    expect(await products.getOrSetMany([1, 2], () => new Map([[2, 'fig']]))).toEqual([undefined, 'fig'])
  })

  it('have the options that the definition was given, and the schema', async () => {
    const empty = defineEntry({ name: 'empty', key: (id: number) => id, schema: z.string(), l1: 0 })
    const entries = cache.entry(empty)
    expect(await entries.getOrSet(1, () => 'pear')).toBe('pear')
    expect(entries.peek(1)).toBeUndefined()
    await expect(entries.getOrSet(1, () => 7 as never)).rejects.toMatchObject({ code: 'value-invalid' })
  })
})
