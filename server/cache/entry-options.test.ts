// oxlint-disable vitest/expect-expect -- `tsc -p tsconfig.test.json` is what asserts here: what is wrong must not compile, and is never called.
import { describe, expectTypeOf, it } from 'vitest'
import type { EntryOptions, TieredCache, ValueCodec } from '../index.ts'

interface Product {
  id: number
}
declare const cache: TieredCache
declare const load: () => Promise<Product>
declare const codec: ValueCodec<Product>
declare const common: EntryOptions

/** Type-checked and never run. */
function compiles(_work: () => unknown): void {}

describe('the types of the options of entries', () => {
  it('without a type fit values of every type, and take none from them', () => {
    compiles(() => {
      expectTypeOf(cache.getOrSet('a', load, common)).resolves.toEqualTypeOf<Product>()
      expectTypeOf(common).toExtend<EntryOptions<Product>>()
      return cache.set('a', { id: 1 }, common)
    })
  })

  it('find the type of a value in the loader or the codec', () => {
    compiles(() => {
      const groups = cache.getOrSet('a', load, { groups: ({ id }) => [`product-${id}`] })
      expectTypeOf(groups).resolves.toEqualTypeOf<Product>()
      expectTypeOf(cache.get('a', { codec })).resolves.toEqualTypeOf<Product | undefined>()
    })
  })

  it('refuse what is of another type, and what only a definition may say', () => {
    // @ts-expect-error -- a codec of products for a text
    compiles(() => cache.getOrSet('a', () => 'text', { codec }))
    // @ts-expect-error -- groups of what is not in the value
    compiles(() => cache.getOrSet('a', load, { groups: ({ nope }) => [nope] }))
    // @ts-expect-error -- schemas go in `defineEntry`
    compiles(() => cache.getOrSet('a', load, { schema: 2 }))
    // @ts-expect-error -- nothing is loaded by a read
    compiles(() => cache.get('a', { staleIfError: '1h' }))
  })
})
