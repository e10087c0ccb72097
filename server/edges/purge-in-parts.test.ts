import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import type { PurgeRequest } from './edge-purger.ts'
import { purgeInParts } from './purge-in-parts.ts'
import type { Sent } from './purge-sender.ts'

const REPORT = { reason: 'edge has answered 400.', status: 400 }
const namesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `g${i}`)

/** An edge that refuses whatever holds a bad name, or more than it takes. */
function edgeThat({
  isBad = (name: string): boolean => name === '',
  most = Number.POSITIVE_INFINITY,
  isFinal = true,
}) {
  const taken: string[] = []
  const state = { asked: 0 }
  const send = async ({ names }: PurgeRequest): Promise<Sent> => {
    state.asked += 1
    if (names.length <= most && !names.some(isBad)) {
      taken.push(...names)
      return 'taken'
    }
    return { report: REPORT, isFinal, maySplit: names.length > 1 }
  }
  const purge = async (names: readonly string[]) => {
    const refused = await purgeInParts({ kind: 'groups', mode: 'delete', names }, send)
    if (refused === 'stopped') throw new Error('It was stopped.')
    return refused
  }
  return { taken, state, purge }
}

describe('a request that an edge refuses for some of its names', () => {
  it('costs the bad name alone, and few requests', async () => {
    const { taken, state, purge } = edgeThat({ isBad: (name) => name === 'g300' })
    const names = namesOf(500)
    const part = { kind: 'groups', mode: 'delete', names: ['g300'] }
    expect(await purge(names)).toEqual([{ part, report: REPORT }])
    expect(taken).toEqual(names.filter((name) => name !== 'g300'))
    expect(state.asked).toBeLessThanOrEqual(19)
  })

  it('has every good name taken, each once, wherever the bad ones are', async () => {
    const bad = fc.uniqueArray(fc.nat(39), { maxLength: 12 })
    const property = fc.asyncProperty(bad, fc.integer({ min: 1, max: 40 }), async (indexes, count) => {
      const names = namesOf(count)
      const isBad = (name: string) => indexes.includes(Number(name.slice(1)))
      const { taken, purge } = edgeThat({ isBad })
      const refused = await purge(names)
      const lost = refused.flatMap(({ part }) => part.names)
      expect([...lost, ...taken].toSorted()).toEqual(names.toSorted())
      // Where it takes nothing that is asked for on the way, the rest is given up.
      if (taken.length > 0) expect(lost.every(isBad)).toBe(true)
    })
    await fc.assert(property, { numRuns: 300, seed: SEED })
  })

  it('is given up soon where it takes nothing at all, with every name in what is refused', async () => {
    const { state, purge } = edgeThat({ isBad: () => true })
    const names = namesOf(500)
    const refused = await purge(names)
    expect(refused.flatMap(({ part }) => part.names).toSorted()).toEqual(names.toSorted())
    expect(state.asked).toBeLessThanOrEqual(19)
  })

  it('is made smaller where it is too much', async () => {
    const { taken, purge } = edgeThat({ most: 30 })
    expect(await purge(namesOf(100))).toEqual([])
    expect(taken).toEqual(namesOf(100))
    const later = edgeThat({ most: 1, isFinal: false })
    expect(await later.purge(namesOf(20))).toEqual([])
    expect(later.taken).toEqual(namesOf(20))
  })
})

it('a request that is refused whatever it names is not split, nor is what makes no sense any more', async () => {
  const request = { kind: 'groups', mode: 'delete', names: ['a', 'b'] } as const
  const refusal = { report: REPORT, isFinal: true, maySplit: false }
  expect(await purgeInParts(request, async () => refusal)).toEqual([{ part: request, report: REPORT }])
  expect(await purgeInParts(request, async () => 'stopped')).toBe('stopped')
})
