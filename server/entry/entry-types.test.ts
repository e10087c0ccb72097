// oxlint-disable vitest/expect-expect -- `tsc -p tsconfig.test.json` is what asserts here: what is wrong must not compile, and is never called.
import * as v from 'valibot'
import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { type BoundEntry, type EntryId } from './bound-entry.ts'
import { type EntryDefinition, defineEntry } from './define-entry.ts'
import type { StandardSchema } from './standard-schema.ts'

interface Product {
  id: number
  name: string
}
const pear: Product = { id: 1, name: 'pear' }
const productSchema = z.object({ id: z.number(), name: z.string() })

const product = defineEntry({
  name: 'product',
  key: (id: number) => id,
  schema: productSchema,
  groups: (value, id) => {
    expectTypeOf(value).toEqualTypeOf<Product>()
    expectTypeOf(id).toEqualTypeOf<number>()
    return [`product-${id}`]
  },
  lifetimes: (value) => {
    expectTypeOf(value).toEqualTypeOf<Product>()
    return {}
  },
})
const event = defineEntry({
  name: 'event',
  key: (id: string, locale?: string) => [id, locale ?? 'en'],
  schema: v.object({
    at: v.pipe(
      v.string(),
      v.transform((text) => new Date(text)),
    ),
  }),
})

declare const products: Bound<typeof product>
declare const events: Bound<typeof event>
type Bound<D> = D extends EntryDefinition<infer P, infer In, infer Out> ? BoundEntry<P, In, Out> : never

/** Type-checked and never run. */
function compiles(_work: () => unknown): void {}

describe('the types of a definition', () => {
  it('come from the key and the schema, and no type is written by hand', () => {
    expectTypeOf(product).toEqualTypeOf<EntryDefinition<[id: number], Product, Product>>()
    expectTypeOf(event).toEqualTypeOf<
      EntryDefinition<[id: string, locale?: string | undefined], { at: string }, { at: Date }>
    >()
    expectTypeOf(product.keyOf).toEqualTypeOf<(id: number) => string>()
  })

  it('say what reads give', () => {
    expectTypeOf<typeof products.get>().returns.resolves.toEqualTypeOf<Product | undefined>()
    expectTypeOf<typeof products.peek>().returns.toEqualTypeOf<Product | undefined>()
    expectTypeOf<typeof products.getMany>().returns.resolves.toEqualTypeOf<readonly (Product | undefined)[]>()
    compiles(() => {
      expectTypeOf(products.getOrSet(1, () => pear)).resolves.toEqualTypeOf<Product>()
      expectTypeOf(products.getOrSet(1, async () => Promise.resolve(pear))).resolves.toEqualTypeOf<Product>()
      const maybe = async () => Promise.resolve(Math.random() > 0.5 ? pear : undefined)
      expectTypeOf(products.getOrSet(1, maybe)).resolves.toEqualTypeOf<Product | undefined>()
      expectTypeOf(events.getOrSet('a', 'en', () => ({ at: '2026' }))).resolves.toEqualTypeOf<{ at: Date }>()
      expectTypeOf(events.peek('a')).toEqualTypeOf<{ at: Date } | undefined>()
    })
  })

  it('say how an entry is named in a list', () => {
    expectTypeOf<EntryId<[id: number]>>().toEqualTypeOf<number>()
    expectTypeOf<EntryId<[id: string | number]>>().toEqualTypeOf<string | number>()
    expectTypeOf<EntryId<[ids: number[]]>>().toEqualTypeOf<[ids: number[]]>()
    expectTypeOf<EntryId<[id: number | number[]]>>().toEqualTypeOf<[id: number | number[]]>()
    expectTypeOf<EntryId<[a: number, b: string]>>().toEqualTypeOf<[a: number, b: string]>()
    expectTypeOf<EntryId<[a?: number]>>().toEqualTypeOf<[a?: number]>()
    compiles(() =>
      products.getOrSetMany([1, 2], (missing) => {
        expectTypeOf(missing).toEqualTypeOf<readonly number[]>()
        return new Map(missing.map((id) => [id, pear]))
      }),
    )
    compiles(() =>
      events.getOrSetMany([['a'], ['b', 'de']], (missing) => missing.map(() => ({ at: '2026' }))),
    )
  })

  it('refuse a wrong key', () => {
    // @ts-expect-error -- a text where a number is meant
    compiles(() => products.get('1'))
    // @ts-expect-error -- none at all
    compiles(() => products.peek())
    // @ts-expect-error -- one too many
    compiles(() => products.keyOf(1, 2))
    // @ts-expect-error -- a text where a number is meant
    compiles(() => products.getOrSet('1', () => pear))
    // @ts-expect-error -- a list of texts
    compiles(() => products.getMany(['1']))
    // @ts-expect-error -- the parameters are two
    compiles(() => events.getMany(['a']))
    // @ts-expect-error -- a text where a number is meant
    compiles(() => products.delete('1'))
  })

  it('refuse a wrong value', () => {
    // @ts-expect-error -- no name
    compiles(() => products.getOrSet(1, () => ({ id: 1 })))
    // @ts-expect-error -- a promise of something else
    compiles(() => products.getOrSet(1, async () => Promise.resolve('pear')))
    // @ts-expect-error -- `null` is a value, and not one of these
    compiles(() => products.getOrSet(1, () => null))
    // @ts-expect-error -- no name
    compiles(() => products.set(1, { id: 1 }))
    // @ts-expect-error -- nothing is no value
    compiles(() => products.set(1, undefined))
    // @ts-expect-error -- what the schema makes, where what it takes is meant
    compiles(() => events.set('a', 'en', { at: new Date() }))
    // @ts-expect-error -- a map by the wrong ids
    compiles(() => products.getOrSetMany([1], () => new Map([['1', pear]])))
    // @ts-expect-error -- a list of something else
    compiles(() => products.getOrSetMany([1], () => ['pear']))
  })

  it('refuse a wrong definition', () => {
    const base = { name: 'p', key: (id: number) => id, schema: productSchema, version: 2 }
    // @ts-expect-error -- a key of a date
    compiles(() => defineEntry({ ...base, key: (at: Date) => at }))
    // @ts-expect-error -- a key that may be nothing
    compiles(() => defineEntry({ ...base, key: (id?: number) => [id] }))
    // @ts-expect-error -- groups of what is not in the value
    compiles(() => defineEntry({ ...base, groups: (value) => [value.nope] }))
    // @ts-expect-error -- no such option
    compiles(() => defineEntry({ ...base, ttl: 7 }))
    // @ts-expect-error -- what only the schema may say
    compiles(() => defineEntry({ ...base, admit: () => undefined }))
    // @ts-expect-error -- no schema
    compiles(() => defineEntry({ ...base, schema: { parse: () => 1 } }))
    // @ts-expect-error -- an old value is of no known type until it is looked at
    compiles(() => defineEntry({ ...base, migrate: { 1: (old) => old.id } }))
  })

  it('fit schemas of the libraries, and of anybody', () => {
    expectTypeOf(productSchema).toExtend<StandardSchema<Product>>()
    expectTypeOf(z.coerce.date()).toExtend<StandardSchema<unknown, Date>>()
    expectTypeOf(v.number()).toExtend<StandardSchema<number>>()
    expectTypeOf<StandardSchema<string, Date>>().toExtend<StandardSchema>()
  })
})
