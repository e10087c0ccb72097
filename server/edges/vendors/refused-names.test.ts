import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { AKAMAI_HOST, AKAMAI_KEYS, FakeAkamai, problem } from '../../../test/support/vendors/fake-akamai.ts'
import {
  CLOUDFLARE_TOKEN,
  FakeCloudflare,
  ZONE,
  refusal,
} from '../../../test/support/vendors/fake-cloudflare.ts'
import {
  AWS_KEYS,
  DISTRIBUTION,
  FakeCloudFront,
  awsError,
} from '../../../test/support/vendors/fake-cloudfront.ts'
import type { FakeCall, FakeVendor } from '../../../test/support/vendors/fake-vendor.ts'
import { createTieredCache } from '../../cache/tiered-cache.ts'
import type { EdgePurger } from '../edge-purger.ts'
import { createEdges } from '../edges.ts'
import { akamai } from './akamai.ts'
import { cloudflare } from './cloudflare.ts'
import { cloudfront } from './cloudfront.ts'

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step()
  server.resetHandlers()
})
afterAll(() => server.close())

/** Of another site, or of a kind that the vendor does not take. */
const BAD = 'https://stranger.example/not-yours'
const SHOP = 'https://shop.example'

class StrictAkamai extends FakeAkamai {
  protected override answer(call: FakeCall): Response {
    return call.body.includes('not-yours')
      ? problem(403, 'unauthorized arl', 'not-yours')
      : super.answer(call)
  }
}
class StrictCloudflare extends FakeCloudflare {
  protected override answer(call: FakeCall): Response {
    return call.body.includes('not-yours') ? refusal(400, 1_016, 'Invalid URL') : super.answer(call)
  }
}
class StrictCloudFront extends FakeCloudFront {
  protected override answer(call: FakeCall): Response {
    return call.body.includes('not-yours') ? awsError(400, 'InvalidArgument') : super.answer(call)
  }
}

const akamaiEdge = () => akamai({ host: AKAMAI_HOST, ...AKAMAI_KEYS, rate: { perSecond: 1e3, burst: 100 } })

function open(edge: EdgePurger, fake: FakeVendor) {
  server.use(...fake.handlers)
  const cache = createTieredCache({})
  const edges = createEdges({ cache, edges: [{ edge, purge: ['urls'] }], again: false })
  cleanUp.push(
    () => cache.close(),
    () => edges.close(),
  )
  const purge = (urls: readonly string[]) => cache.invalidate({ urls }, { wait: 'edges', timeout: '20s' })
  return { edges, purge }
}

/** So many held responses. */
function holding(fake: FakeVendor, count: number): string[] {
  const urls = Array.from({ length: count }, (_, i) => `${SHOP}/products/${i}`)
  for (const url of urls) fake.hold(url)
  return urls
}

describe('one name that a vendor refuses, among others', () => {
  it.each<[string, () => EdgePurger, FakeVendor]>([
    ['Akamai, with 403', akamaiEdge, new StrictAkamai()],
    ['Cloudflare', () => cloudflare({ zone: ZONE, token: CLOUDFLARE_TOKEN }), new StrictCloudflare()],
    [
      'CloudFront',
      () => cloudfront({ distribution: DISTRIBUTION, credentials: AWS_KEYS }),
      new StrictCloudFront(),
    ],
  ])('%s: is a dead letter, and the others are purged', async (_, makeEdge, fake) => {
    const { edges, purge } = open(makeEdge(), fake)
    const urls = holding(fake, 20)
    const { missing } = await purge([...urls.slice(0, 13), BAD, ...urls.slice(13)])
    expect(urls.map((url) => fake.stateOf(url))).toEqual(urls.map(() => 'gone'))
    expect(missing).toHaveLength(1)
    expect((await edges.deadLetters()).map(({ names }) => names)).toEqual([[BAD]])
    expect(fake.calls.length).toBeLessThanOrEqual(11)
  })
})

describe('Akamai', () => {
  it('is asked in halves where a request is too long for it', async () => {
    class NarrowAkamai extends FakeAkamai {
      protected override answer(call: FakeCall): Response {
        return call.body.length > 400 ? problem(413, 'Request body too large') : super.answer(call)
      }
    }
    const fake = new NarrowAkamai()
    const { edges, purge } = open(akamaiEdge(), fake)
    const urls = holding(fake, 40)
    expect((await purge(urls)).missing).toEqual([])
    expect(urls.map((url) => fake.stateOf(url))).toEqual(urls.map(() => 'gone'))
    expect(await edges.deadLetters()).toEqual([])
  })

  it('is asked in halves where there is too much in a request for its bucket, once that has passed', async () => {
    const fake = new FakeAkamai()
    fake.answerNext(() => {
      const headers = { 'retry-after': '0' }
      return new Response(null, { status: 429, headers })
    })
    const { purge } = open(akamaiEdge(), fake)
    const urls = holding(fake, 4)
    expect((await purge(urls)).missing).toEqual([])
    const sizes = fake.calls.map(({ body }) => (JSON.parse(body) as { objects: string[] }).objects.length)
    expect(sizes).toEqual([4, 2, 2])
  })

  it('with credentials that may do nothing is not asked about every name', async () => {
    class ClosedAkamai extends FakeAkamai {
      protected override answer(): Response {
        return problem(403, 'Forbidden')
      }
    }
    const fake = new ClosedAkamai()
    const { edges, purge } = open(akamaiEdge(), fake)
    const urls = holding(fake, 400)
    expect((await purge(urls)).missing).toEqual(['edge akamai'])
    const letters = await edges.deadLetters()
    expect(letters.flatMap(({ names }) => names).toSorted()).toEqual(urls.toSorted())
    expect(fake.calls.length).toBeLessThanOrEqual(19)
  })
})

it('Cloudflare is not asked in halves with a wrong token', async () => {
  const fake = new FakeCloudflare()
  const { purge } = open(cloudflare({ zone: ZONE, token: 'cf-of-somebody-else' }), fake)
  await purge(holding(fake, 20))
  expect(fake.calls).toHaveLength(1)
})
