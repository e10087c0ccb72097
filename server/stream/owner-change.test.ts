import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import { ownerTagOf } from '../../policy/index.ts'
import { type TieredCache, createTieredCache } from '../cache/tiered-cache.ts'
import { ownGroup, ownerTag } from '../http/own-group.ts'
import { type InvalidationStream, invalidationStream } from './invalidation-stream.ts'
import { Visitor, userOf } from './visitor.fake.ts'

const ADA_CART = ownGroup('ada', 'cart')
const GRACE_CART = ownGroup('grace', 'cart')

const settled = () => new Promise((resolve) => setImmediate(resolve))

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function site(partition: typeof userOf = userOf): { cache: TieredCache; stream: InvalidationStream } {
  const cache = createTieredCache()
  const stream = invalidationStream({ cache, partition })
  closing.push(
    () => cache.close(),
    () => stream.close(),
  )
  return { cache, stream }
}

/** One browser: whoever is signed in changes, its place in the log goes on. */
class Browser {
  user: string | null = null
  cursor: string | undefined
  readonly #stream: InvalidationStream
  /** What it was told, over all its connections; `*` for everything. */
  readonly told: string[] = []
  visitor: Visitor | undefined
  #read = 0

  constructor(stream: InvalidationStream) {
    this.#stream = stream
  }

  /** Connects, or asks, as who is signed in now. */
  async come(accept: 'text/event-stream' | 'application/json' = 'text/event-stream'): Promise<this> {
    this.visitor?.leave()
    this.visitor = new Visitor(this.user)
    this.#read = 0
    this.visitor.visit(this.#stream, accept, this.cursor)
    return await this.hear()
  }

  async hear(): Promise<this> {
    await settled()
    if (this.visitor?.destroyed !== false) return this
    const { cursor, groups, isReset } = this.visitor
    this.told.push(...groups.slice(this.#read), ...(isReset ? ['*'] : []))
    this.#read = groups.length
    this.visitor.sent = this.visitor.sent.replaceAll(/event: reset|"reset":true/g, '')
    this.cursor = cursor
    return this
  }

  /** What it has been told since the last time. */
  take(): string[] {
    return this.told.splice(0)
  }
}

describe('a browser whose session has ended', () => {
  it.each(['text/event-stream', 'application/json'] as const)(
    "is told, once the same user is signed in again, of that user's groups that passed meanwhile (%s)",
    async (accept) => {
      const { cache, stream } = site()
      const browser = new Browser(stream)
      browser.user = 'ada'
      await browser.come()
      await cache.invalidate({ groups: [ADA_CART, 'a'] })
      expect((await browser.hear()).take()).toEqual(['a', ADA_CART])
      browser.user = null
      await browser.come(accept)
      await cache.invalidate({ groups: [ADA_CART, 'b'] })
      if (accept === 'application/json') await browser.come(accept)
      expect((await browser.hear()).take()).toEqual(['b'])
      browser.user = 'ada'
      await browser.come(accept)
      expect(browser.take()).toEqual([ADA_CART])
      await browser.come(accept)
      expect(browser.take()).toEqual([])
    },
  )

  it('has to let go of all when another user is signed in', async () => {
    const { stream } = site()
    const browser = new Browser(stream)
    browser.user = 'ada'
    await browser.come()
    browser.user = null
    await browser.come()
    browser.user = 'grace'
    expect((await browser.come()).take()).toEqual(['*'])
    expect((await browser.come()).take()).toEqual([])
  })

  it('has not heard of its own groups where it could not be told for a while who is signed in', async () => {
    let isAway = false
    const { cache, stream } = site((request) => {
      if (isAway) throw new Error('no sessions')
      return userOf(request)
    })
    const browser = new Browser(stream)
    await browser.come()
    browser.user = 'ada'
    await cache.invalidate({ groups: [ADA_CART, 'a'] })
    await browser.hear()
    isAway = true
    await browser.come()
    await browser.come()
    isAway = false
    browser.take()
    expect((await browser.come()).take()).toEqual([ADA_CART])
  })
})

describe('a browser in which somebody signs in', () => {
  it('need not let go of anything', async () => {
    const { cache, stream } = site()
    const browser = new Browser(stream)
    await browser.come()
    await cache.invalidate({ groups: ['a', ADA_CART] })
    await browser.hear()
    await browser.come()
    expect(browser.take()).toEqual(['a'])
    browser.user = 'ada'
    expect((await browser.come()).take()).toEqual([])
  })

  it("is told of the user's groups that passed while it was still connected as nobody", async () => {
    const { cache, stream } = site()
    const browser = new Browser(stream)
    await browser.come()
    browser.user = 'ada'
    await cache.invalidate({ groups: [ADA_CART] })
    await cache.invalidate({ groups: ['a', GRACE_CART] })
    expect((await browser.hear()).take()).toEqual(['a'])
    expect((await browser.come()).take()).toEqual([ADA_CART])
  })

  it("is told of the user's groups that passed while a request of nobody was still under way", async () => {
    const { cache, stream } = site()
    const browser = new Browser(stream)
    await browser.come()
    // It signs in, holds a cart, and that is changed, before this request arrives.
    await cache.invalidate({ groups: [ADA_CART] })
    await browser.come('application/json')
    browser.user = 'ada'
    expect((await browser.come()).take()).toEqual([ADA_CART])
  })

  it('has to let go of all where the log does not reach back to when nobody was signed in', async () => {
    const { cache, stream } = site()
    const browser = new Browser(stream)
    await browser.come()
    browser.user = 'ada'
    await cache.clear()
    await browser.hear()
    expect(browser.take()).toEqual(['*'])
    expect((await browser.come()).take()).toEqual(['*'])
    expect((await browser.come()).take()).toEqual([])
  })
})

it('says in a cursor that two users are not the same, and not who they are', async () => {
  const { stream } = site()
  const marks = []
  for (const user of ['ada', 'grace', 'ada', null]) {
    const browser = new Browser(stream)
    browser.user = user
    marks.push((await browser.come()).cursor?.replace(/^[^~]*/, ''))
  }
  const [ada, grace, again, nobody] = marks
  expect(ada).toMatch(/^~[\w-]{8}$/)
  expect(again).toBe(ada)
  expect(grace).not.toBe(ada)
  expect(nobody).toBe('')
  expect(ada).not.toContain(ownerTag('ada').slice(0, 4))
})

const NAMES = ['cart', 'orders'] as const
const USERS = ['ada', 'grace', null] as const

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('user' as const), user: fc.constantFrom('ada', ...USERS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('hold' as const), name: fc.constantFrom(...NAMES) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('invalidate' as const),
      user: fc.constantFrom('ada', ...USERS),
      name: fc.constantFrom(...NAMES),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('come' as const), isPoll: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('everything' as const) }) },
)

it('whoever signs in, out and in again hears, once connected as such, of all that concerns what the browser holds', async () => {
  let mattered = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const cache = createTieredCache()
      const stream = invalidationStream({ cache, partition: userOf })
      const browser = new Browser(stream)
      await browser.come()
      /** What is held, never wiped, whoever signs in; and whether it has been invalidated since. */
      let held: { readonly group: string; isOld: boolean }[] = []
      let isPolling = false
      for (const each of steps) {
        if (each.kind === 'user') {
          // Pages connect anew when somebody signs in; no session is so short that this does not come before its end.
          if (each.user !== null || browser.visitor?.user === browser.user) browser.user = each.user
        } else if (each.kind === 'hold') {
          held.push({
            group: browser.user === null ? each.name : ownGroup(browser.user, each.name),
            isOld: false,
          })
        } else if (each.kind === 'come') {
          isPolling = each.isPoll
          await browser.come(each.isPoll ? 'application/json' : 'text/event-stream')
        } else if (each.kind === 'everything') {
          await cache.clear()
          for (const one of held) one.isOld = true
        } else {
          const group = each.user === null ? each.name : ownGroup(each.user, each.name)
          await cache.invalidate({ groups: [group] })
          for (const one of held) if (one.group === group) one.isOld = true
        }
        await browser.hear()
        const told = browser.take()
        const before = held
        held = held.filter(({ group }) => !told.includes(group) && !told.includes('*'))
        // It is told as who was signed in when it came.
        const isTold = browser.visitor?.user === browser.user && (!isPolling || each.kind === 'come')
        if (!isTold) continue
        const tag = browser.user === null ? undefined : ownerTag(browser.user)
        const answered = held.filter(({ group }) => [undefined, tag].includes(ownerTagOf(group)))
        const isCaughtUp = each.kind === 'come' && !told.includes('*')
        if (isCaughtUp) mattered += before.filter(({ group, isOld }) => isOld && told.includes(group)).length
        expect(answered.filter(({ isOld }) => isOld)).toEqual([])
      }
      stream.close()
      await cache.close()
    }),
    { seed: SEED, numRuns: 3_000 },
  )
  // Otherwise nobody came back to anything.
  expect(mattered).toBeGreaterThan(500)
}, 120_000)
