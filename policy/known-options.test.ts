import { describe, expect, it } from 'vitest'
import { refuseUnknownOptions } from './known-options.ts'

const KNOWN = ['policy', 'l1', 'l2', 'staleWhileRevalidate', 'staleIfError', 'groups', 'migrate', 'leaseMs']
const refusal = (options: unknown): string => {
  try {
    refuseUnknownOptions('`f`', options, KNOWN)
  } catch (error) {
    expect(error).toMatchObject({ code: 'option-invalid' })
    return (error as Error).message
  }
  return 'none'
}

describe('options', () => {
  it('that are known pass, and so do none', () => {
    expect(refusal({ policy: 'x', l1: 1 })).toBe('none')
    expect(refusal({})).toBe('none')
  })

  it.each([
    ['polisy', 'policy'],
    ['Policy', 'policy'],
    ['polcy', 'policy'],
    ['poilcy', 'policy'],
    ['group', 'groups'],
    ['l3', undefined],
    ['ttl', undefined],
    ['stalewhilerevalidate', 'staleWhileRevalidate'],
    ['staleIfErr', 'staleIfError'],
    ['stale', undefined],
    ['staleError', 'staleIfError'],
    ['migrations', 'migrate'],
    ['lease', 'leaseMs'],
    ['toString', undefined],
    ['policy'.repeat(100), undefined],
    ['', undefined],
  ])('named %s are refused, and %s is what was meant', (name, meant) => {
    const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`
    expect(refusal({ policy: 1, [name]: 1 })).toBe(
      `\`f\` has no option \`${name}\`.${hint} It takes ${KNOWN.map((known) => `\`${known}\``).join(', ')}.`,
    )
  })

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['5m', '"5m"'],
    [[], 'an array of 0'],
    [() => {}, 'a function'],
  ])('that are no object are refused: %j', (options, seen) => {
    expect(refusal(options)).toContain(`\`f\` was given ${seen}. Give an object with \`policy\``)
  })
})
