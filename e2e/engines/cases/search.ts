import assert from 'node:assert/strict'
import type { Case, Subject } from '../case.ts'

interface Row {
  readonly name: string
  /** `No-Vary-Search`; '' for none. */
  readonly rule: string
  readonly first: string
  readonly second: string
  readonly isReused: boolean
}

const ROWS: readonly Row[] = [
  {
    name: 'without the field every query is a URL of its own',
    rule: '',
    first: '?utm=a',
    second: '?utm=b',
    isReused: false,
  },
  {
    name: 'parameters that are named don’t count',
    rule: 'params=("utm" "ref")',
    first: '?id=1&utm=a',
    second: '?id=1&ref=b',
    isReused: true,
  },
  {
    name: 'all others still count',
    rule: 'params=("utm")',
    first: '?id=1&utm=a',
    second: '?id=2&utm=a',
    isReused: false,
  },
  {
    name: 'with `except` only those count',
    rule: 'params, except=("id")',
    first: '?id=1&a=1',
    second: '?b=2&id=1',
    isReused: true,
  },
  {
    name: 'with `except` those do count',
    rule: 'params, except=("id")',
    first: '?id=1&a=1',
    second: '?id=2&a=1',
    isReused: false,
  },
  {
    name: 'with `key-order` their order does not count',
    rule: 'key-order',
    first: '?a=1&b=2',
    second: '?b=2&a=1',
    isReused: true,
  },
  {
    name: 'without `key-order` their order counts',
    rule: 'params=("utm")',
    first: '?a=1&b=2',
    second: '?b=2&a=1',
    isReused: false,
  },
]

const toCase = ({ name, rule, first, second, isReused }: Row): Case => ({
  name,
  async run({ ask, origin, store }) {
    const headers = {
      'Cache-Control': 'max-age=600',
      ...(rule === '' ? {} : { 'No-Vary-Search': rule }),
    }
    for (const query of [first, second]) origin.says(`/p${query}`, query, headers)
    await store(`/p${first}`)
    const answer = await ask(`/p${second}`)
    assert.equal(origin.visits(`/p${second}`).length, isReused ? 0 : 1)
    assert.equal(answer.body, isReused ? first : second)
  },
})

export const SEARCH: Subject = { subject: 'No-Vary-Search', cases: ROWS.map(toCase) }
