import { expect, it } from 'vitest'
import { readToldNames } from './told-names.ts'

it.each([
  ['both', { groups: ['a'], urls: ['https://shop.example/b'] }, ['a'], ['https://shop.example/b'], true],
  ['neither', {}, [], [], true],
  ['names that are none beside one that is', { groups: [5, 'a', null] }, ['a'], [], true],
  ['a URL that is none', { urls: ['/b', 'https://shop.example/b'] }, [], ['https://shop.example/b'], true],
  [
    'groups that are no list',
    { groups: 'a', urls: ['https://shop.example/b'] },
    [],
    ['https://shop.example/b'],
    false,
  ],
  ['URLs that are no list', { groups: ['a'], urls: { 0: 'x' } }, ['a'], [], false],
  ['null for a list', { groups: null }, [], [], false],
])('of %s the names are read, and whether these are all', (_what, told, groups, urls, isWhole) => {
  expect(readToldNames(told)).toEqual({ groups, urls, isWhole })
})
