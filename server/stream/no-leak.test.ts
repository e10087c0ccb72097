import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import { ownerTagOf } from '../../policy/index.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { ownGroup, ownerTag } from '../http/own-group.ts'
import { invalidationStream } from './invalidation-stream.ts'
import { formatStreamCursor, markOf } from './stream-cursor.ts'
import { Visitor, userOf } from './visitor.fake.ts'

const USERS = ['ada', 'grace', 'linus', null] as const
const OWN_NAMES = ['cart', 'orders', 'a~b', '7']
const PUBLIC_NAMES = ['product-1', 'product-2', 'listing', 'cart', 'cart~ada']

const group = fc.oneof(
  fc.record({ user: fc.constantFrom('ada', 'grace', 'linus'), name: fc.constantFrom(...OWN_NAMES) }),
  fc.constantFrom(...PUBLIC_NAMES),
)

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('invalidate' as const),
      groups: fc.array(group, { minLength: 1, maxLength: 5 }),
    }),
  },
  fc.record({
    kind: fc.constant('visit' as const),
    user: fc.constantFrom(...USERS),
    isPoll: fc.boolean(),
    /** How far back it was. */
    back: fc.option(fc.nat(6), { nil: undefined }),
    /** Whose own groups it says it has heard, and how far back that was. */
    heard: fc.constantFrom(...USERS),
    ownBack: fc.option(fc.nat(6), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('leave' as const), which: fc.nat(10) }),
  fc.record({ kind: fc.constant('everything' as const) }),
)

it("never sends one user the name of another's own group, however they come, go, miss and catch up", async () => {
  let own = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const cache = createTieredCache()
      const stream = invalidationStream({ cache, partition: userOf })
      const visitors: Visitor[] = []
      const due: { visitor: Visitor; groups: string[] }[] = []
      for (const each of steps) {
        if (each.kind === 'invalidate') {
          const groups = each.groups.map((it) => (typeof it === 'string' ? it : ownGroup(it.user, it.name)))
          for (const visitor of visitors.filter(({ destroyed }) => !destroyed)) due.push({ visitor, groups })
          await cache.invalidate({ groups })
        } else if (each.kind === 'visit') {
          const visitor = new Visitor(each.user)
          const seqAt = (back = 0) => Math.max(0, cache.feed.seq - back)
          const cursor = {
            seq: seqAt(each.back),
            mark: markOf(each.heard === null ? undefined : ownerTag(each.heard)),
            ownSeq: each.ownBack === undefined ? undefined : seqAt(each.ownBack),
          }
          const text = each.back === undefined ? undefined : formatStreamCursor(cache.feed, cursor)
          visitor.visit(stream, each.isPoll ? 'application/json' : 'text/event-stream', text)
          visitors.push(visitor)
          await new Promise((resolve) => setImmediate(resolve))
          visitor.destroyed = each.isPoll
        } else if (each.kind === 'leave') {
          const visitor = visitors[each.which]
          if (visitor !== undefined) {
            visitor.destroyed = true
            visitor.emit('close')
          }
        } else await cache.clear()
      }
      await new Promise((resolve) => setImmediate(resolve))
      for (const { groups, user } of visitors) {
        const tag = user === null ? undefined : ownerTag(user)
        const tags = groups.map(ownerTagOf).filter((it) => it !== undefined)
        own += tags.length
        expect(tags.filter((it) => it !== tag)).toEqual([])
      }
      // What is theirs and everybody's reaches them, so that the silence above is no silence of all.
      for (const { groups, visitor } of due) {
        const tag = visitor.user === null ? undefined : ownerTag(visitor.user)
        const theirs = groups.filter((name) => ownerTagOf(name) === undefined || ownerTagOf(name) === tag)
        expect(visitor.groups).toEqual(expect.arrayContaining(theirs))
      }
      stream.close()
      await cache.close()
    }),
    { seed: SEED, numRuns: 5_000 },
  )
  // Otherwise nothing was tried.
  expect(own).toBeGreaterThan(1_000)
}, 120_000)
