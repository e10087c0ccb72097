import { expect, it } from 'vitest'
import { type FollowOptions, resolveFollowUrl } from './follow-options.ts'

const BASE = 'https://shop.example/products/'

it.each([
  [{}, 'https://shop.example/invalidations'],
  [{ url: '/told' }, 'https://shop.example/told'],
  [{ url: new URL('https://shop.example/told') }, 'https://shop.example/told'],
])('%j follows %s', (options, url) => {
  expect(resolveFollowUrl(options, BASE)).toBe(url)
})

it('holds a path against nothing outside a page', () => {
  expect(resolveFollowUrl({}, undefined)).toBe('/invalidations')
})

it.each([
  [{ url: 42 }, '`url` is 42. '],
  [{ url: '' }, '`url` is "". '],
  [{ url: {} }, '`url` is an object. '],
  [{ url: null }, '`url` is null. '],
  [{ url: 'https://elsewhere.example/' }, '`url` is "https://elsewhere.example/". '],
  [{ url: '/told?shop=1' }, '`url` is "/told?shop=1". '],
  [{ uri: '/told' }, 'followInvalidations() has no option `uri`. '],
  [null, 'The options of followInvalidations() are null. '],
])('refuses %j', (options, beginning) => {
  expect(() => resolveFollowUrl(options as FollowOptions, BASE)).toThrowError(
    expect.objectContaining({
      code: 'option-invalid',
      message: expect.stringContaining(beginning) as string,
    }),
  )
})
