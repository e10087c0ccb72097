import { expireAll, layerOf, stopWorker } from 'thermocline/sw/testing'
import { ask } from './worker-page.ts'
import { expect, store, test } from './worker-test.ts'

test('layerOf tells who answered, of a response and of what the page asked for', async ({ page, origin }) => {
  origin.says('/a', 'a', { 'Cache-Control': 'max-age=600', 'Cache-Status': 'L1; hit; ttl=20' })
  const answering = page.waitForResponse(`${origin.url}/a`)
  await ask(page, '/a')
  expect(layerOf(await answering)).toBe('L1')
  expect(await layerOf(page, '/a')).toBe('L1')
  await store(page, '/a')
  expect(await layerOf(page, '/a')).toBe('SW')
  expect(await layerOf(page, '/never-asked-for')).toBeUndefined()
})

test('stopWorker leaves what is stored', async ({ page, origin }) => {
  origin.says('/a', 'a', { 'Cache-Control': 'max-age=600' })
  await store(page, '/a')
  await stopWorker(page)
  expect((await ask(page, '/a')).cacheStatus).toContain('SW; hit')
  await stopWorker(page)
  await stopWorker(page)
  expect((await ask(page, '/a')).cacheStatus).toContain('SW; hit')
})

test('expireAll makes a running worker validate all that it has', async ({ page, origin }) => {
  for (const path of ['/a', '/b']) {
    origin.says(path, path, { 'Cache-Control': 'max-age=600, stale-while-revalidate=600', ETag: '"1"' })
    await store(page, path)
  }
  expect(await expireAll(page)).toBe(2)
  origin.forget()
  for (const path of ['/a', '/b']) {
    expect((await ask(page, path)).cacheStatus).toContain('SW; fwd=stale; fwd-status=200')
    await store(page, path)
    expect(origin.visits(path)).toHaveLength(1)
    expect(origin.visits(path)[0]?.headers['if-none-match']).toBe('"1"')
  }
})

test('expireAll comes to lie inside a window', async ({ page, origin }) => {
  origin.says('/a', 'a', { 'Cache-Control': 'max-age=600, stale-while-revalidate=600', ETag: '"1"' })
  await store(page, '/a')
  await expireAll(page, { byMs: 700_000 })
  expect((await ask(page, '/a')).cacheStatus).toMatch(/^SW; hit; ttl=-/)
})

test('expireAll finds nothing where nothing is stored', async ({ page, origin }) => {
  expect(origin.visits('/a')).toEqual([])
  expect(await expireAll(page)).toBe(0)
})
