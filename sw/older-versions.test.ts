import { beforeEach, expect, it } from 'vitest'
import './worker.fake.ts'
import { Database } from './database.ts'
import { OlderVersions } from './older-versions.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'

const SCOPE = 'https://shop.example/'
const A = new Map([
  ['/page', '/page?rev=A'],
  ['/same', '/same?rev=1'],
  ['/a.js', '/a.js'],
])
const B = new Map([
  ['/page', '/page?rev=B'],
  ['/same', '/same?rev=1'],
  ['/b.js', '/b.js'],
])
const C = new Map([
  ['/page', '/page?rev=C'],
  ['/c.js', '/c.js'],
])

let platform: FakePlatform

beforeEach(() => {
  resetIndexedDb()
  platform = new FakePlatform()
})

/** As each start of a worker makes it. */
function restart(): OlderVersions {
  return new OlderVersions(new Database(platform), SCOPE)
}

/** A page `a` of the first build, then a page `b` of the second, then the third is active. */
async function threeBuilds(): Promise<OlderVersions> {
  await restart().succeed(A, [])
  await restart().succeed(B, ['a'])
  await restart().succeed(C, ['a', 'b'])
  return restart()
}

it('keeps nothing for a first version, nor where no page is open', async () => {
  await restart().succeed(A, ['a'])
  expect(await restart().keys()).toEqual([])
  await restart().succeed(B, [])
  expect(await restart().keys()).toEqual([])
})

it('keeps nothing where the next version has the same files', async () => {
  await restart().succeed(A, [])
  await restart().succeed(A, ['a'])
  expect(await restart().keys()).toEqual([])
})

it('gives each page the files of its build, after a restart too', async () => {
  const versions = await threeBuilds()
  const found = async (page: string, url: string) => await versions.keyFor(url, page, C.get(url))
  expect(await Promise.all(['/page', '/a.js', '/same', '/c.js'].map((url) => found('a', url)))).toEqual([
    '/page?rev=A',
    '/a.js',
    '/same?rev=1',
    '/c.js',
  ])
  expect(await Promise.all(['/page', '/b.js', '/same'].map((url) => found('b', url)))).toEqual([
    '/page?rev=B',
    '/b.js',
    '/same?rev=1',
  ])
  expect(await Promise.all(['/page', '/same'].map((url) => found('c', url)))).toEqual([
    '/page?rev=C',
    undefined,
  ])
})

it('keeps what a version needs of those after it until its last page is gone', async () => {
  const versions = await threeBuilds()
  expect(await versions.release(['a', 'c'])).toBe(false)
  expect(await restart().keyFor('/same', 'a', undefined)).toBe('/same?rev=1')
  expect(await versions.release(['c'])).toBe(true)
  expect(await restart().keys()).toEqual([])
})

it('forgets an older version alone when only its pages are gone', async () => {
  const versions = await threeBuilds()
  expect(await versions.release(['b'])).toBe(true)
  expect(await restart().keys()).toEqual(['/page?rev=B', '/same?rev=1', '/b.js'])
})

it('takes a page that asks for a hashed file of an older build as one of its pages', async () => {
  const versions = await threeBuilds()
  expect(await versions.keyFor('/b.js', 'late', undefined)).toBe('/b.js')
  expect(await versions.keyFor('/page', 'late', '/page?rev=C')).toBe('/page?rev=B')
  expect(await versions.release(['late'])).toBe(true)
  expect(await versions.keys()).toEqual(['/page?rev=B', '/same?rev=1', '/b.js'])
})

it('does not know a page by a request that no page makes', async () => {
  const versions = await threeBuilds()
  expect(await versions.keyFor('/b.js', '', undefined)).toBe('/b.js')
  expect(await versions.release([''])).toBe(true)
})

it('leaves it to the network where IndexedDB fails', async () => {
  await threeBuilds()
  platform.openFault = new Error('no storage')
  const versions = restart()
  await versions.succeed(A, ['c'])
  expect(await versions.keyFor('/b.js', 'b', undefined)).toBeUndefined()
  expect(await versions.release([])).toBe(false)
})
