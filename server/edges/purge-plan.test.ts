import * as fc from 'fast-check'
import { describe, expect } from 'vitest'
import { HandMadeEdge } from '../../test/support/hand-made-edge.ts'
import { property } from '../../test/support/property.ts'
import type { NumberedInvalidation } from '../log/log-page.ts'
import { planPurge } from './purge-plan.ts'

const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
const log = fc
  .array(
    fc.record({
      groups: fc.array(letter, { maxLength: 4 }),
      urls: fc.array(letter, { maxLength: 3 }),
      mode: fc.constantFrom('delete' as const, 'expire' as const),
    }),
    { maxLength: 20 },
  )
  .map((entries) =>
    entries.map(({ groups, urls, mode }, index): NumberedInvalidation => {
      const places = urls.map((name) => `https://shop.example/${name}`)
      return {
        seq: (index + 1) * 10,
        invalidation: { keys: ['k'], groups, prefixes: [], mode, urls: places },
      }
    }),
  )

describe('a piece of the log, as requests to an edge', () => {
  property(
    'names all of it, in as many pieces as it takes, and deletes what is to be deleted',
    [log, fc.integer({ min: 1, max: 12 }), fc.boolean()],
    (entries, mostNames, expire) => {
      const purger = new HandMadeEdge('edge', { everything: false, expire })
      const edge = { purger, purge: new Set(['groups', 'urls'] as const) }
      const end = 1_000
      const named = new Map<string, Set<string>>()
      let rest = entries
      for (let cursor = 0; cursor < end;) {
        const plan = planPurge(rest, end, edge, mostNames)
        for (const { kind, names, mode } of plan.requests ?? []) {
          expect(names.length).toBeGreaterThan(0)
          expect(names.length).toBeLessThanOrEqual(kind === 'groups' ? 3 : 2)
          expect(new Set(names).size).toBe(names.length)
          for (const name of names) named.set(name, (named.get(name) ?? new Set()).add(mode))
        }
        expect(plan.to).toBeGreaterThan(cursor)
        cursor = plan.to
        rest = rest.filter(({ seq }) => seq > cursor)
      }
      const wanted = new Map<string, Set<string>>()
      for (const { invalidation } of entries) {
        const mode = expire ? (invalidation.mode ?? 'delete') : 'delete'
        for (const name of [...invalidation.groups, ...(invalidation.urls ?? [])]) {
          wanted.set(name, (wanted.get(name) ?? new Set()).add(mode))
        }
      }
      expect([...named.keys()].toSorted()).toEqual([...wanted.keys()].toSorted())
      for (const [name, modes] of wanted) expect(named.get(name)?.has('delete')).toBe(modes.has('delete'))
    },
  )

  property(
    'is everything only where it is too much to name',
    [log, fc.integer({ min: 1, max: 12 })],
    (entries, mostNames) => {
      const edge = { purger: new HandMadeEdge(), purge: new Set(['groups', 'urls'] as const) }
      const plan = planPurge(entries, 1_000, edge, mostNames)
      const names = entries.flatMap(({ invalidation: { groups, urls = [] } }) => [...groups, ...urls])
      expect(plan.to).toBe(1_000)
      expect(plan.requests === undefined).toBe(new Set(names).size > mostNames)
    },
  )
})
