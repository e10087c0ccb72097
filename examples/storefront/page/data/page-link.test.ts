import { describe, expect, it } from 'vitest'
import { pageLink, pageSteps, placeFromSearch } from './page-link.ts'

describe('pageLink', () => {
  it('leaves defaults out, so that each page has one address', () => {
    expect(pageLink({ path: '/c/sky', sort: 'name', page: 1 })).toBe('/c/sky')
    expect(pageLink({ path: '/c/sky', sort: 'price-asc', page: 3 })).toBe('/c/sky?sort=price-asc&page=3')
  })

  it('escapes what was searched for', () => {
    const link = pageLink({ path: '/search', q: 'salt & pepper?', sort: 'name', page: 2 })
    expect(link).toBe('/search?q=salt+%26+pepper%3F&page=2')
    expect(placeFromSearch(link.split('?')[1] ?? '')).toEqual({ q: 'salt & pepper?', sort: 'name', page: 2 })
  })
})

describe('placeFromSearch', () => {
  it.each(['page=0', 'page=-1', 'page=1.5', 'page=abc', 'page=1e2', 'page=', 'sort=cheapest', ''])(
    'takes the defaults for %j',
    (search) => {
      expect(placeFromSearch(search)).toEqual({ q: '', sort: 'name', page: 1 })
    },
  )
})

describe('pageSteps', () => {
  it.each([
    [1, 1, [1]],
    [1, 3, [1, 2, 3]],
    [2, 4, [1, 2, 3, 4]],
    [1, 9, [1, 2, 'gap', 9]],
    [4, 9, [1, 2, 3, 4, 5, 'gap', 9]],
    [5, 9, [1, 'gap', 4, 5, 6, 'gap', 9]],
    [9, 9, [1, 'gap', 8, 9]],
    [1, 0, []],
  ] as const)('on page %d of %d offers %j', (current, count, steps) => {
    expect(pageSteps(current, count)).toEqual(steps)
  })
})
