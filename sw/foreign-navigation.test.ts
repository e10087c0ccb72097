import { beforeEach, describe, expect, it } from 'vitest'
import { FakeWorker } from './http-cache.fake.ts'
import { resetIndexedDb } from './platform.fake.ts'

beforeEach(resetIndexedDb)

const PAGE = 'https://shop.example/page'

/** Opens a page as a browser does, which alone can make such a request; whether it is stored then. */
async function open(headers: Record<string, string>, fields: Readonly<Partial<Request>> = {}) {
  const worker = new FakeWorker()
  worker.platform.network = () => new Response('page', { headers })
  const request = new Request(PAGE)
  const asMade = { mode: 'navigate', referrer: '', ...fields }
  for (const [name, value] of Object.entries(asMade)) Object.defineProperty(request, name, { value })
  const extended: Promise<unknown>[] = []
  const event = { waitUntil: (work: Promise<unknown>) => extended.push(work) } as unknown as ExtendableEvent
  const response = await worker.cache.handle({ event, request })
  expect(await response.text()).toBe('page')
  await Promise.allSettled(extended)
  const [sent] = worker.platform.fetched
  return { isAsMade: sent === request, isStored: worker.platform.cacheStorage.texts().length > 0 }
}

const NO_CACHE = { 'Cache-Control': 'no-cache', ETag: '"1"' }
const FOR_A_WHILE = { 'Cache-Control': 'max-age=600' }

describe('a navigation that another site may have begun', () => {
  it.each(['', 'https://elsewhere.example/', 'about:client'])(
    'goes to the network as the browser made it, with the referrer %j',
    async (referrer) => {
      const { isAsMade } = await open(NO_CACHE, { referrer })
      expect(isAsMade).toBe(referrer !== 'about:client')
    },
  )

  it.each([
    ['no-cache', NO_CACHE, 'default', true],
    ['max-age=0', { 'Cache-Control': 'max-age=0', ETag: '"1"' }, 'default', true],
    ['a lifetime', FOR_A_WHILE, 'default', false],
    [
      'a window for stale answers',
      { 'Cache-Control': 'max-age=0, stale-while-revalidate=60' },
      'default',
      false,
    ],
    ['a lifetime, reloaded', FOR_A_WHILE, 'no-cache', true],
    ['no-cache, on the way back', NO_CACHE, 'force-cache', false],
  ] as const)(
    'is stored only where the HTTP cache had to ask: %s',
    async (_what, headers, cache, isStored) => {
      expect(await open(headers, { cache })).toMatchObject({ isStored })
    },
  )

  it('is any with a referrer of another origin, and none from the own', async () => {
    expect(await open(FOR_A_WHILE, { referrer: 'https://shop.example/' })).toEqual({
      isAsMade: false,
      isStored: true,
    })
  })
})
