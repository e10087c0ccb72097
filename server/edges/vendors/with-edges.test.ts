import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AKAMAI_HOST, AKAMAI_KEYS, FakeAkamai } from '../../../test/support/vendors/fake-akamai.ts'
import { CLOUDFLARE_TOKEN, FakeCloudflare, ZONE } from '../../../test/support/vendors/fake-cloudflare.ts'
import {
  AWS_KEYS,
  DISTRIBUTION,
  FakeCloudFront,
  TAG_FIELD,
} from '../../../test/support/vendors/fake-cloudfront.ts'
import { FASTLY_TOKEN, FakeFastly, SERVICE } from '../../../test/support/vendors/fake-fastly.ts'
import { createTieredCache } from '../../cache/tiered-cache.ts'
import { createEdges } from '../edges.ts'
import { akamai } from './akamai.ts'
import { cloudflare } from './cloudflare.ts'
import { cloudfront } from './cloudfront.ts'
import { fastly } from './fastly.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

const all = [
  cloudflare({ zone: ZONE, token: CLOUDFLARE_TOKEN }),
  fastly({ service: SERVICE, token: FASTLY_TOKEN }),
  cloudfront({ distribution: DISTRIBUTION, credentials: AWS_KEYS, tagField: TAG_FIELD }),
  akamai({ host: AKAMAI_HOST, ...AKAMAI_KEYS }),
] as const

describe('four vendors in front of one application', () => {
  it('have let go of what was invalidated when `wait: "edges"` is over, though each was busy at first', async () => {
    const fakes = [new FakeCloudflare(), new FakeFastly(), new FakeCloudFront(), new FakeAkamai()]
    server.use(...fakes.flatMap(({ handlers }) => handlers))
    const url = 'https://shop.example/api/products/42'
    fakes.forEach((fake, i) => {
      fake.hold(url, all[i]?.fields(['product-42', 'category-7']))
      fake.answerNext(() => new Response('', { status: 503, headers: { 'retry-after': '0' } }))
    })
    const cache = createTieredCache({})
    const edges = createEdges({ cache, edges: all })
    await cache.invalidate({ groups: ['product-42'] }, { wait: 'edges', timeout: '20s' })
    expect(fakes.map((fake) => fake.stateOf(url))).toEqual(['gone', 'gone', 'gone', 'gone'])
    await edges.close()
    await cache.close()
  })

  it('are refused by the compiler, and when they are made, where they know no groups', async () => {
    const cache = createTieredCache({})
    const untagged = cloudfront({ distribution: DISTRIBUTION, credentials: AWS_KEYS })
    // @ts-expect-error -- it is to purge groups, and has no tags.
    expect(() => createEdges({ cache, edges: [untagged] })).toThrow('cloudfront')
    await createEdges({ cache, edges: [{ edge: untagged, purge: ['urls'] }] }).close()
    await cache.close()
  })
})
