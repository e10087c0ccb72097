import { describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { FakePlatform } from './platform.fake.ts'
import { Precache } from './precache.ts'

const SCOPE = 'https://shop.example/'

describe('the precache', () => {
  it('stores what is new, and again only what has changed', async () => {
    const platform = new FakePlatform()
    platform.network = ({ url }) => new Response(`file ${url}`)
    const files = [
      { url: '/index.html', revision: '1' },
      { url: '/app-1a2b3c.js', revision: null },
    ]
    await new Precache(files, SCOPE, platform).install()
    expect(platform.fetched.map(({ cache, url }) => [url, cache])).toEqual([
      ['https://shop.example/app-1a2b3c.js', 'default'],
      ['https://shop.example/index.html', 'reload'],
    ])
    platform.fetched.length = 0
    const next = new Precache([{ url: '/index.html', revision: '2' }], SCOPE, platform)
    await next.install()
    expect(platform.fetched).toHaveLength(1)
    await next.activate()
    expect(platform.cacheStorage.texts()).toEqual(['file https://shop.example/index.html'])
  })

  it('refuses a version that can’t be stored whole', async () => {
    const platform = new FakePlatform()
    platform.network = () => new Response('gone', { status: 404 })
    const precache = new Precache([{ url: '/gone.js', revision: null }], SCOPE, platform)
    await expect(precache.install()).rejects.toThrow(
      "https://shop.example/gone.js can't be precached: the answer was 404.",
    )
  })

  it('answers with the file, whatever the fragment, and says so', async () => {
    const platform = new FakePlatform()
    const date = new Date(platform.nowMs).toUTCString()
    platform.network = () => new Response('icons', { headers: { Date: date } })
    const precache = new Precache([{ url: '/icons.svg', revision: '1' }], SCOPE, platform)
    await precache.install()
    platform.pass(5_000)
    expect(precache.has('https://shop.example/icons.svg#cart')).toBe(true)
    const answer = await precache.match('https://shop.example/icons.svg#cart')
    expect(await answer?.text()).toBe('icons')
    expect(answer?.headers.get('cache-status')).toBe('SW; hit; detail=precache')
    expect(answer?.headers.get('age')).toBe('5')
  })

  it('has nothing where storage fails', async () => {
    const platform = new FakePlatform()
    const precache = new Precache([{ url: '/a', revision: null }], SCOPE, platform)
    await precache.install()
    platform.cacheStorage.fault = new Error('no storage')
    expect(await precache.match('https://shop.example/a')).toBeUndefined()
    await precache.activate()
  })
})
