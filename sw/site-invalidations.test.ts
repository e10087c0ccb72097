import { beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeWorker } from './http-cache.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'
import type { SiteInvalidations } from './site-invalidations.ts'
import { siteInvalidations } from './site-state.ts'

beforeEach(resetIndexedDb)

const STREAM = 'https://shop.example/invalidations'

interface Entry {
  readonly seq: number
  readonly groups: readonly string[]
}

/** A shop that tells what it invalidates, and a worker that has come upon it. */
class Shop {
  price = 1
  isAway = false
  /** What `/invalidations` says in place of its list. */
  answer: (() => Response) | undefined
  readonly log: Entry[] = []
  readonly worker: FakeWorker
  readonly asked: string[] = []

  constructor(platform = new FakePlatform()) {
    platform.network = (request) => {
      if (this.isAway) throw new TypeError('Failed to fetch')
      const url = new URL(request.url)
      if (url.pathname === '/invalidations') return this.#tell(url.searchParams.get('after'))
      return new Response(`price ${this.price}`, {
        headers: { 'Cache-Control': 'max-age=600', 'Cache-Groups': '"product-1"', ETag: `"${this.price}"` },
      })
    }
    this.worker = new FakeWorker(platform)
  }

  get site(): SiteInvalidations {
    return siteInvalidations(this.worker.platform)
  }

  /** A worker that follows, and has asked for the first time. */
  async follow(): Promise<void> {
    await this.site.follow(STREAM)
    await this.site.settle()
    this.worker.platform.pass(1)
  }

  changePrice(): string {
    const from = this.cursor
    this.price += 1
    this.log.push({ seq: this.log.length + 1, groups: ['product-1'] })
    return from
  }

  get cursor(): string {
    return String(this.log.length)
  }

  async price1(): Promise<string> {
    const { body } = await this.worker.ask('/product')
    return body
  }

  /** A worker that was stopped, on the same storage. */
  restarted(): Shop {
    const next = new Shop(
      Object.assign(new FakePlatform(this.worker.platform.cacheStorage), {
        nowMs: this.worker.platform.nowMs,
      }),
    )
    Object.assign(next, { price: this.price, log: this.log })
    return next
  }

  #tell(after: string | null): Response {
    this.asked.push(after ?? 'first')
    if (this.answer !== undefined) return this.answer()
    const from = after === null ? this.log.length : Number(after)
    const groups = this.log.filter(({ seq }) => seq > from).flatMap((entry) => entry.groups)
    return Response.json({ cursor: this.cursor, groups, urls: [] })
  }
}

describe('a worker that a page tells of invalidations', () => {
  it('lets go of what is in a group before it says that it has', async () => {
    const shop = new Shop()
    await shop.follow()
    expect(await shop.price1()).toBe('price 1')
    const from = shop.changePrice()
    await shop.site.take({ from, cursor: shop.cursor, groups: ['product-1'], urls: [] })
    expect(await shop.price1()).toBe('price 2')
    expect(shop.worker.visits('/product')).toBe(2)
  })

  it('lets go of a URL', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.price = 2
    await shop.site.take({ from: '0', cursor: '0', groups: [], urls: ['https://shop.example/product'] })
    expect(await shop.price1()).toBe('price 2')
  })

  it('does not ask by itself while the page listens', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.site.take({ from: '0', cursor: '0', groups: [], urls: [] })
    await shop.price1()
    shop.worker.platform.pass(30_000)
    await shop.price1()
    expect(shop.asked).toEqual(['first'])
    expect(shop.worker.visits('/product')).toBe(1)
  })

  it('asks for what lies between where it has been told to and where the page began to listen', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.changePrice()
    await shop.site.take({ from: '1', cursor: '1', groups: [], urls: [] })
    expect(await shop.price1()).toBe('price 2')
    expect(shop.asked).toEqual(['first', '0'])
  })

  it('goes on from where a page is whose user has signed in, and asks where the page was somebody else', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.asked.length = 0
    await shop.site.take({ from: '0', cursor: '0~adamark_', groups: [], urls: [] })
    expect(shop.site.isCurrent).toBe(true)
    expect(shop.site.recent(0).cursor).toBe('0~adamark_')
    // The session has ended, what has passed meanwhile can be told later on, and is not yet.
    await shop.site.take({ from: '0~adamark_', cursor: '4~adamark_.0', groups: [], urls: [] })
    expect(shop.site.isCurrent).toBe(true)
    await shop.site.take({ from: '4~adamark_', cursor: '5~adamark_', groups: [], urls: [] })
    expect(shop.site.isCurrent).toBe(false)
    await shop.price1()
    expect(shop.asked).toEqual(['4~adamark_.0'])
    await shop.site.take({ from: '9~grace_mk', cursor: '9~grace_mk', groups: [], urls: [] })
    expect(shop.site.isCurrent).toBe(false)
  })

  it('does not keep what was under way when it was invalidated', async () => {
    const shop = new Shop()
    await shop.follow()
    const { platform } = shop.worker
    const { network } = platform
    let arrive = () => {}
    platform.network = async (request) => {
      const old = await network(request)
      await new Promise<void>((resolve) => (arrive = resolve))
      return old
    }
    const early = shop.worker.start('/product')
    await waitUntil(() => shop.worker.visits('/product') === 1, 'the request')
    await new Promise((resolve) => setImmediate(resolve))
    const from = shop.changePrice()
    await shop.site.take({ from, cursor: shop.cursor, groups: ['product-1'], urls: [] })
    arrive()
    expect(await (await early.response).text()).toBe('price 1')
    await early.ended()
    platform.network = network
    expect(await shop.price1()).toBe('price 2')
  })
})

describe('a worker that nobody has told anything for a while', () => {
  it('asks what it has missed, once, before it answers with what it has', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.worker.platform.pass(60_000)
    shop.changePrice()
    expect(await Promise.all([shop.price1(), shop.price1()])).toEqual(['price 2', 'price 2'])
    expect(shop.asked).toEqual(['first', '0'])
  })

  it('goes on from where it was when it has been stopped meanwhile', async () => {
    const before = new Shop()
    await before.follow()
    await before.price1()
    const shop = before.restarted()
    shop.changePrice()
    expect(await shop.price1()).toBe('price 2')
    expect(shop.asked).toEqual(['0'])
  })

  it('answers without asking the origin where nothing was missed', async () => {
    const before = new Shop()
    await before.follow()
    await before.price1()
    const shop = before.restarted()
    expect(await shop.price1()).toBe('price 1')
    expect(shop.worker.visits('/product')).toBe(0)
  })

  it('shows what it has while the network is away, and never again once it is back', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.isAway = true
    shop.changePrice()
    shop.worker.platform.pass(60_000)
    expect(await shop.price1()).toBe('price 1')
    shop.isAway = false
    shop.worker.platform.pass(3_000)
    expect(await shop.price1()).toBe('price 2')
  })

  it('is told by its pages once storage is back that could not be read when it started', async () => {
    const before = new Shop()
    await before.follow()
    expect(await before.price1()).toBe('price 1')
    const shop = before.restarted()
    shop.worker.platform.pass(60_000)
    shop.worker.platform.openFault = new Error('busy')
    await shop.worker.ask('/other')
    shop.worker.platform.openFault = undefined
    shop.worker.platform.pass(10_001)
    const from = shop.changePrice()
    await shop.site.take({ from, cursor: shop.cursor, groups: ['product-1'], urls: [] })
    expect(await shop.price1()).toBe('price 2')
  })

  it('does not show what came a second ago once the network is back, though what was missed can not be told', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.isAway = true
    shop.changePrice()
    shop.worker.platform.pass(500)
    await expect(shop.worker.ask('/other')).rejects.toThrow('Failed to fetch')
    expect(await shop.price1()).toBe('price 1')
    shop.isAway = false
    shop.worker.platform.pass(500)
    expect(await shop.price1()).toBe('price 2')
  })

  it('asks after a failure of the network however short it was', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    await shop.site.take({ from: '0', cursor: '0', groups: [], urls: [] })
    shop.isAway = true
    shop.changePrice()
    await expect(shop.worker.ask('/other')).rejects.toThrow('Failed to fetch')
    shop.isAway = false
    expect(await shop.price1()).toBe('price 2')
  })

  it('has the origin validate what it has where the site can not say what was missed', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.worker.platform.pass(60_000)
    shop.answer = () => new Response(null, { status: 503 })
    shop.changePrice()
    expect(await shop.price1()).toBe('price 2')
    // Not for each answer.
    shop.worker.platform.pass(1_000)
    await shop.price1()
    expect(shop.asked).toEqual(['first', '0'])
  })

  it('has the origin validate all that is older where the place in the log is gone', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.worker.platform.pass(60_000)
    shop.price = 2
    shop.answer = () => {
      shop.worker.platform.pass(1)
      return Response.json({ cursor: '70', reset: true })
    }
    expect(await shop.price1()).toBe('price 2')
    shop.worker.platform.pass(1)
    expect(await shop.price1()).toBe('price 2')
    expect(shop.worker.visits('/product')).toBe(2)
  })

  it.each([
    () => new Response('not json'),
    () => Response.json({ groups: ['product-1'] }),
    () => Response.json(null),
    () => Response.error(),
  ])('takes an answer that can not be read for none', async (answer) => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.worker.platform.pass(60_000)
    shop.answer = answer
    shop.price = 2
    expect(await shop.price1()).toBe('price 2')
  })

  it('goes by the lifetimes of responses again where the site tells no more', async () => {
    const shop = new Shop()
    await shop.follow()
    await shop.price1()
    shop.worker.platform.pass(60_000)
    shop.answer = () => new Response(null, { status: 404 })
    shop.price = 2
    expect(await shop.price1()).toBe('price 1')
    shop.worker.platform.pass(60_000)
    await shop.price1()
    expect(shop.asked).toHaveLength(2)
  })
})

it('validates what it had stored before it began to follow', async () => {
  const shop = new Shop()
  await shop.price1()
  shop.worker.platform.pass(1)
  shop.price = 2
  await shop.follow()
  expect(await shop.price1()).toBe('price 2')
})

it('tells a page what was let go of since the page began', async () => {
  const shop = new Shop()
  await shop.follow()
  const { platform } = shop.worker
  shop.changePrice()
  await shop.site.take({ from: '0', cursor: '1', groups: ['product-1'], urls: [] })
  platform.pass(1_000)
  await shop.site.take({ from: '1', cursor: '2', groups: ['product-2'], urls: [] })
  expect(shop.site.recent(platform.nowMs - 500)).toEqual({
    cursor: '2',
    groups: ['product-2'],
    urls: [],
    reset: false,
  })
  expect(shop.site.recent(0).groups).toEqual(['product-1', 'product-2'])
})

it('asks nobody where the site does not tell', async () => {
  const shop = new Shop()
  await shop.price1()
  shop.worker.platform.pass(60_000)
  expect(await shop.price1()).toBe('price 1')
  expect(shop.asked).toEqual([])
})

describe('a worker that was told that there are no invalidations to ask for', () => {
  it('lets go of what a page tells it all the same', async () => {
    const shop = new Shop()
    await shop.site.follow(STREAM)
    await shop.worker.ask('/product')
    shop.answer = () => new Response('', { status: 404 })
    shop.worker.platform.pass(60_000)
    await shop.site.settle()
    expect((await shop.worker.ask('/product')).did).toContain('hit')
    shop.price = 2
    await shop.site.take({ from: '1', cursor: '2', groups: ['product-1'], urls: [] })
    expect((await shop.worker.ask('/product')).body).toBe('price 2')
  })
})

it('asks a place with a query of its own for what came after', async () => {
  const shop = new Shop()
  await shop.site.follow(`${STREAM}?shop=1`)
  shop.worker.platform.pass(60_000)
  await shop.site.settle()
  const asked = shop.worker.platform.fetched
    .map(({ url }) => new URL(url))
    .filter(({ pathname }) => pathname === '/invalidations')
  expect(asked.map(({ search }) => search)).toEqual([
    '?shop=1',
    expect.stringMatching(/^\?shop=1&after=[^?]+$/),
  ])
})

it('soon answers from the store again where the clock was set back', async () => {
  const shop = new Shop()
  await shop.site.follow(STREAM)
  shop.worker.platform.nowMs -= 86_400_000
  // The first one notices, and what it has validated is validated once more.
  for (let visit = 0; visit < 3; visit += 1) {
    await shop.site.settle()
    await shop.worker.ask('/product')
    shop.worker.platform.pass(1_000)
  }
  expect((await shop.worker.ask('/product')).did).toContain('SW; hit; ttl=')
})
