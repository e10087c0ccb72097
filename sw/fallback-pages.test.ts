import { expect, it } from 'vitest'
import './worker.fake.ts'
import { FallbackPages } from './fallback-pages.ts'
import { FakePlatform } from './platform.fake.ts'

const OFFLINE = 'https://shop.example/offline.html'

function create() {
  const platform = new FakePlatform()
  const reports: string[] = []
  const pages = new FallbackPages('https://shop.example/', platform, (message) => reports.push(message))
  return { pages, platform, reports }
}

it('keeps pages, the browser validating what it has', async () => {
  const { pages, platform, reports } = create()
  await pages.keep([OFFLINE])
  expect(platform.fetched.map(({ cache, url }) => [url, cache])).toEqual([[OFFLINE, 'no-cache']])
  expect(await (await pages.match(OFFLINE))?.text()).toBe('from the network')
  expect(await pages.match('https://shop.example/other.html')).toBeUndefined()
  expect(reports).toEqual([])
})

it.each(['private, no-cache', 'no-store', 'Thermocline-Partition'])(
  'keeps no page of one user: %s',
  async (word) => {
    const { pages, platform, reports } = create()
    const headers: Record<string, string> = word.startsWith('T')
      ? { [word]: 'ada' }
      : { 'Cache-Control': word }
    platform.network = () => new Response('hello ada', { headers })
    await pages.keep([OFFLINE])
    expect(await pages.match(OFFLINE)).toBeUndefined()
    expect(reports).toEqual([expect.stringContaining('everybody would see it')])
  },
)

it('takes each version anew', async () => {
  const { pages, platform } = create()
  await pages.keep([OFFLINE])
  platform.network = () => new Response('version 2')
  await pages.keep([OFFLINE])
  expect(await (await pages.match(OFFLINE))?.text()).toBe('version 2')
})

it('names a page that can’t be had, keeps the one before, and the others', async () => {
  const { pages, platform, reports } = create()
  await pages.keep([OFFLINE])
  platform.network = ({ url }) => new Response('new', { status: url === OFFLINE ? 404 : 200 })
  await pages.keep([OFFLINE, 'https://shop.example/other.html'])
  expect(reports).toEqual([
    `${OFFLINE} can't be kept for when the network is away: Error: the answer was 404.`,
  ])
  expect(await (await pages.match(OFFLINE))?.text()).toBe('from the network')
  expect(await (await pages.match('https://shop.example/other.html'))?.text()).toBe('new')
})

it('does without storage', async () => {
  const { pages, platform, reports } = create()
  platform.cacheStorage.fault = new Error('no storage')
  await pages.keep([OFFLINE])
  expect(reports).toHaveLength(1)
  expect(await pages.match(OFFLINE)).toBeUndefined()
})
