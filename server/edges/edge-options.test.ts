import { describe, expect, it } from 'vitest'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { RedisLike } from '../redis-like.ts'
import { createEdges } from './edges.ts'
import { nginx } from './nginx.ts'
import { varnish } from './varnish.ts'

const cache = createTieredCache()
const url = 'http://127.0.0.1:6081'

/** What a mistake is refused with. */
function refusalOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(error).toMatchObject({ code: 'option-invalid' })
    return (error as Error).message
  }
  return 'accepted'
}

describe('an edge that can not do what it is to be asked', () => {
  it('is refused at start-up, by the compiler too, with what to do', () => {
    expect(
      refusalOf(
        // @ts-expect-error -- nginx knows no groups, and by default they are purged.
        () => createEdges({ cache, edges: [nginx({ url })] }),
      ),
    ).toMatch(/"nginx" can't purge groups.*purge: \['urls'\]/)
    expect(
      refusalOf(
        // @ts-expect-error -- the same, beside one that does.
        () => createEdges({ cache, edges: [varnish({ url }), nginx({ url })], purge: ['groups', 'urls'] }),
      ),
    ).toMatch(/"nginx" can't purge groups/)
    expect(
      refusalOf(
        // @ts-expect-error -- the same, said of this one.
        () => createEdges({ cache, edges: [{ edge: nginx({ url }), purge: ['groups'] }] }),
      ),
    ).toMatch(/"nginx" can't purge groups/)
  })

  it('is refused at run time where the compiler can not know', () => {
    const edge = new HandMadeEdge('mine', { urls: false })
    expect(refusalOf(() => createEdges({ cache, edges: [edge] }))).toMatch(/"mine" can't purge urls/)
  })

  it('is accepted where it is asked only what it can do', async () => {
    const accepted = [
      createEdges({ cache, edges: [nginx({ url })], purge: ['urls'] }),
      createEdges({ cache, edges: [varnish({ url }), { edge: nginx({ url }), purge: ['urls'] }] }),
      createEdges({ cache, edges: [new HandMadeEdge('mine', { urls: false })], purge: ['groups'] }),
    ]
    for (const edges of accepted) {
      for (const { waiting } of await edges.status()) expect(waiting).toBe(0)
      await edges.close()
    }
  })
})

describe('options that can not work', () => {
  const edges = [new HandMadeEdge()] as const
  it.each<[string, () => unknown, RegExp]>([
    ['no edges', () => createEdges({ cache, edges: [] }), /`edges` is an array of 0/],
    ['what is no edge', () => createEdges({ cache, edges: [{} as never] }), /`edges` holds an object/],
    ['no cache', () => createEdges({ cache: {} as never, edges }), /`cache` is an object/],
    ['two of one name', () => createEdges({ cache, edges: [edges[0], new HandMadeEdge()] }), /called "edge"/],
    [
      'a name that is no name',
      () => createEdges({ cache, edges: [new HandMadeEdge('a b')] }),
      /called "a b"/,
    ],
    ['purging nothing', () => createEdges({ cache, edges, purge: [] }), /`purge` is an array of 0/],
    ['an unknown kind', () => createEdges({ cache, edges, purge: ['tags' as never] }), /`purge`/],
    ['an unknown option', () => createEdges({ cache, edges, purges: [] } as never), /Did you mean `purge`/],
    ['no time', () => createEdges({ cache, edges, timeout: 0 }), /`timeout` is 0/],
    ['a day before the second purge', () => createEdges({ cache, edges, again: '1d' }), /`again` is "1d"/],
    ['no names', () => createEdges({ cache, edges, mostNames: 0 }), /`mostNames` is 0/],
    [
      'Redis of its own',
      () => createEdges({ cache, edges, redis: { call: () => {} } as unknown as RedisLike }),
      /its cache has none/,
    ],
    ['no address', () => varnish({ url: 'varnish' }), /`url` of `varnish` is "varnish"/],
    ['more than an address', () => nginx({ url: 'http://a:s3cret@b/' }), /more than an address/],
    [
      'a field that can not be sent',
      () => varnish({ url, headers: { 'X-Key': 's3cret\n' } }),
      /a field "X-Key"/,
    ],
    ['a word for a flag', () => varnish({ url, xkey: 'yes' as never }), /`xkey` of `varnish` is "yes"/],
  ])('%s', (_, work, text) => {
    expect(refusalOf(work)).toMatch(text)
    expect(refusalOf(work)).not.toContain('s3cret')
  })
})
