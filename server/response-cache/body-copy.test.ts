import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SEED } from '../../test/support/property.ts'
import { BodyCopy, type CopyBudget } from './body-copy.ts'

const MAX_BYTES = 10

/** Copies that share one budget, and how often each was told that it gives up. */
function copies(count: number): { budget: CopyBudget; made: BodyCopy[]; overflows: number[] } {
  const budget = { maxBytes: 16 * MAX_BYTES, usedBytes: 0 }
  const overflows = Array<number>(count).fill(0)
  const made = overflows.map((_, at) => {
    const onOverflow = (): void => void (overflows[at] = (overflows[at] ?? 0) + 1)
    return new BodyCopy({ maxBytes: MAX_BYTES, budget, onOverflow })
  })
  return { budget, made, overflows }
}

describe('copies of bodies', () => {
  it('together never take more than their budget: those that come when it is used up are given up', () => {
    const { budget, made, overflows } = copies(20)
    for (const copy of made) {
      copy.add(Buffer.alloc(6), undefined)
      copy.add('four', 'utf8')
      expect(budget.usedBytes).toBeLessThanOrEqual(budget.maxBytes)
    }
    expect(made.filter(({ isWhole }) => isWhole)).toHaveLength(16)
    expect(overflows).toEqual([...Array<number>(16).fill(0), 1, 1, 1, 1])
    expect(made.map((copy) => copy.take()?.length)).toEqual([
      ...Array<number>(16).fill(MAX_BYTES),
      ...Array<undefined>(4).fill(undefined),
    ])
    expect(budget.usedBytes).toBe(0)
  })

  it('that are given up, taken or broken off leave their part of the budget to others', () => {
    const { budget, made, overflows } = copies(48)
    const [first, second] = [made.slice(0, 16), made.slice(16, 32)]
    for (const copy of first) copy.add(Buffer.alloc(10), undefined)
    first[0]?.add('x', undefined)
    first[1]?.take()
    for (const copy of first.slice(2)) copy.discard()
    expect(budget.usedBytes).toBe(0)
    for (const copy of [...first, ...second]) copy.add(Buffer.alloc(10), undefined)
    expect(second.every(({ isWhole }) => isWhole)).toBe(true)
    expect(overflows.reduce((sum, count) => sum + count)).toBe(1)
  })

  it.each([
    ['the bytes were written over', Buffer.from('abc')],
    ['it is a view of a longer buffer', new Uint8Array(Buffer.from('-abc-')).subarray(1, 4)],
  ])('hold what passed, even if %s since', (_, part) => {
    const { made } = copies(1)
    made[0]?.add(part, undefined)
    made[0]?.add('ZGVm', 'base64')
    part.fill(0)
    expect(String(made[0]?.take())).toBe('abcdef')
  })

  it('are whole or nothing, and in bounds, whatever passes in whatever order', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.stringMatching(/^[ -~]{0,12}$/).filter((text) => text.length <= 12),
    )
    const step = fc.record({ at: fc.nat(30), part: fc.option(part, { nil: undefined }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { budget, made, overflows } = copies(31)
        const passed = made.map(() => [] as Buffer[])
        for (const { at, part: bytes } of steps) {
          if (bytes === undefined) {
            const body = made[at]?.take()
            if (body !== undefined) expect(body).toEqual(Buffer.concat(passed[at] ?? []))
          } else {
            passed[at]?.push(Buffer.from(bytes as string))
            made[at]?.add(bytes, undefined)
          }
          expect(budget.usedBytes).toBeLessThanOrEqual(budget.maxBytes)
          expect(budget.usedBytes).toBeGreaterThanOrEqual(0)
        }
        for (const copy of made) expect(copy.take()?.length ?? 0).toBeLessThanOrEqual(MAX_BYTES)
        expect(budget.usedBytes).toBe(0)
        expect(Math.max(...overflows)).toBeLessThanOrEqual(1)
      }),
      { seed: SEED },
    )
  })
})
