import { describe, expect, it } from 'vitest'
import type { PurgeRequest } from './edge-purger.ts'
import { SecondPurges } from './second-purges.ts'

const MOST = { groups: 10, urls: 10 }
const groups = (mode: PurgeRequest['mode'], ...names: string[]) => ({ kind: 'groups', mode, names }) as const
const everything = { kind: 'everything', mode: 'delete', names: [] } as const

describe('what is due a second time', () => {
  it('is due after the last purge of each name, and tells where in the log it comes from', () => {
    const again = new SecondPurges(5_000, 100)
    again.begin(groups('delete', 'a'), 1, 0)
    again.begin(groups('delete', 'b', 'c'), 2, 1_000)
    again.begin(groups('delete', 'a'), 3, 2_000)
    expect(again.dueAtMs).toBe(6_000)
    expect(again.next(MOST, 5_999)).toBe(undefined)
    expect(again.next(MOST, 6_000)).toEqual({ request: groups('delete', 'b', 'c'), from: 2, to: 2 })
    expect(again.next(MOST, 7_000)).toEqual({ request: groups('delete', 'b', 'c', 'a'), from: 2, to: 3 })
    expect(again.next({ groups: 1, urls: 1 }, 7_000)?.request.names).toEqual(['b'])
  })

  it('stays due where it has been purged anew while the second purge was under way', () => {
    const again = new SecondPurges(5_000, 100)
    again.begin(groups('delete', 'a', 'b'), 1, 0)
    again.begin(groups('delete', 'a'), 2, 5_000)
    again.end(groups('delete', 'a', 'b'), 5_000)
    expect(again.next(MOST, 10_000)?.request.names).toEqual(['a'])
  })

  it('is a deletion where that came after an expiry, and both where it came before', () => {
    const again = new SecondPurges(5_000, 100)
    again.begin(groups('expire', 'a'), 1, 0)
    again.begin(groups('delete', 'a'), 2, 0)
    again.begin(groups('expire', 'a'), 3, 1_000)
    expect(again.next(MOST, 9_000)?.request).toEqual(groups('delete', 'a'))
    again.end(groups('delete', 'a'), 9_000)
    expect(again.next(MOST, 9_000)?.request).toEqual(groups('expire', 'a'))
    again.begin(groups('delete', 'a'), 4, 9_000)
    expect(again.next(MOST, 9_000)).toBe(undefined)
  })

  it('is nothing else than everything once that has been purged', () => {
    const again = new SecondPurges(5_000, 100)
    again.begin(groups('delete', 'a'), 1, 0)
    again.begin(everything, 2, 1_000)
    expect(again.next(MOST, 5_000)).toBe(undefined)
    again.begin(groups('delete', 'b'), 3, 2_000)
    expect(again.next(MOST, 6_000)).toEqual({ request: everything, from: 2, to: 2 })
    again.end(everything, 6_000)
    expect([again.dueAtMs, again.next(MOST, 7_000)?.request.names]).toEqual([7_000, ['b']])
  })

  it('goes beside a request of its kind and mode, as far as there is room', () => {
    const again = new SecondPurges(5_000, 100)
    again.begin(groups('delete', 'a', 'b', 'c'), 1, 0)
    again.begin(groups('delete', 'late'), 2, 1_000)
    const beside = (request: PurgeRequest, most: number) => again.beside(request, most, 5_000).names
    expect(beside(groups('delete', 'b', 'x'), 10)).toEqual(['b', 'x', 'a', 'c'])
    expect(beside(groups('delete', 'b', 'x'), 3)).toEqual(['b', 'x', 'a'])
    expect(beside(groups('delete', 'x'), 1)).toEqual(['x'])
    expect(beside(groups('expire', 'x'), 10)).toEqual(['x'])
    expect(beside({ kind: 'urls', mode: 'delete', names: ['x'] }, 10)).toEqual(['x'])
  })
})
