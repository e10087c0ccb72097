// oxlint-disable vitest/expect-expect -- `tsc -p tsconfig.test.json` is what asserts here: what is wrong must not compile, and is never called.
import { describe, expectTypeOf, it } from 'vitest'
import { definePolicies, publicData, revalidate } from '../../policy/index.ts'
import {
  type EntryOptions,
  type TieredCache,
  type ValueCodec,
  createHttpPolicies,
  createTieredCache,
  responseCache,
} from '../index.ts'

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

  it('are the same for a read and for a load, so that both can share them', () => {
    const options: EntryOptions<Product> = { l1: '1m', staleIfError: '1h', groups: ({ id }) => [`p-${id}`] }
    compiles(async () => {
      await cache.getOrSet('a', load, options)
      expectTypeOf(cache.get('a', options)).resolves.toEqualTypeOf<Product | undefined>()
      expectTypeOf(cache.getMany(['a'], options)).resolves.toEqualTypeOf<(Product | undefined)[]>()
    })
    // @ts-expect-error -- no option of any entry
    compiles(() => cache.get('a', { stale: '1h' }))
  })

  it('refuse what is of another type, and what only a definition may say', () => {
    // @ts-expect-error -- a codec of products for a text
    compiles(() => cache.getOrSet('a', () => 'text', { codec }))
    // @ts-expect-error -- groups of what is not in the value
    compiles(() => cache.getOrSet('a', load, { groups: ({ nope }) => [nope] }))
    // @ts-expect-error -- schemas go in `defineEntry`
    compiles(() => cache.getOrSet('a', load, { schema: 2 }))
  })
})

describe('the names of policies', () => {
  const policies = definePolicies({ product: publicData(), page: revalidate() })
  const make = () => createTieredCache({ policies })
  const named = null as unknown as ReturnType<typeof make>

  it('are known to the cache that was made with them', () => {
    expectTypeOf(make).returns.toEqualTypeOf<TieredCache<'product' | 'page'>>()
    compiles(async () => {
      await named.getOrSet('a', load, { policy: 'product' })
      await named.getMany(['a'], { policy: 'page' })
    })
    // @ts-expect-error -- no such policy
    compiles(() => named.getOrSet('a', load, { policy: 'prodct' }))
    // @ts-expect-error -- no such policy
    compiles(() => named.get('a', { policy: 'prodct' }))
    // @ts-expect-error -- no such policy
    compiles(() => named.getOrSetMany(['a'], () => [1], { policy: 'prodct' }))
    // @ts-expect-error -- no such policy
    compiles(() => named.setMany([{ key: 'a', value: 1 }], { policy: 'prodct' }))
    // @ts-expect-error -- no such policy
    compiles(() => named.keep('a', 1, named.beginLoad(), { policy: 'prodct' }))
    // @ts-expect-error -- no such policy
    compiles(() => createHttpPolicies(policies).route('prodct'))
  })

  it('may be any text where nothing is known of them', () => {
    const anyCache = () => createTieredCache()
    expectTypeOf(anyCache).returns.toEqualTypeOf<TieredCache>()
    compiles(() => cache.getOrSet('a', load, { policy: 'whatever' }))
  })

  it('keep no cache from being given to what takes any', () => {
    expectTypeOf(named).toExtend<TieredCache>()
    compiles(() => responseCache({ cache: named }))
  })
})
