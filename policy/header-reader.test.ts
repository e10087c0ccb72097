import { expect, it } from 'vitest'
import { fromNodeHeaders, fromPairs } from './header-reader.ts'

it('reads the headers of a Node request as Fetch headers are read', () => {
  const headers = fromNodeHeaders({
    accept: 'a',
    'set-cookie': ['a=1', 'b=2'],
    'content-length': 5,
    via: undefined,
  })
  const names = ['Accept', 'set-cookie', 'content-length', 'via', 'x', 'constructor']
  expect(names.map((name) => headers.get(name))).toEqual(['a', 'a=1, b=2', '5', null, null, null])
})

it('reads names and values in order, lines of one name joined (RFC 9110 §5.3)', () => {
  const headers = fromPairs([
    ['Vary', 'a'],
    ['ETag', ''],
    ['vary', 'b'],
    ['VARY', 'c'],
  ])
  const names = ['vary', 'Vary', 'etag', 'x', 'constructor']
  expect(names.map((name) => headers.get(name))).toEqual(['a, b, c', 'a, b, c', '', null, null])
})
