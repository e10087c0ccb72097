import { beforeEach, describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { FakePlatform, resetIndexedDb } from './platform.fake.ts'
import { Precache } from './precache.ts'
import type { PrecacheEntry } from './precache-entry.ts'

const SCOPE = 'https://shop.example/'

interface Pages {
  clients: { matchAll(options: object): Promise<{ id: string; url: string }[]> }
  registration: { scope: string; installing?: object; waiting?: object }
}
const worker = globalThis as unknown as Pages
let open: string[]
let platform: FakePlatform

beforeEach(() => {
  resetIndexedDb()
  platform = new FakePlatform()
  platform.network = ({ url }) => new Response(`file ${url}`)
  open = []
  worker.registration = { scope: SCOPE }
  worker.clients = {
    matchAll: async () => open.map((id) => ({ id, url: `https://shop.example/${id}` })),
  }
})

/** Another start over the same storage. */
function restart(): FakePlatform {
  const next = new FakePlatform(platform.cacheStorage)
  next.network = platform.network
  return next
}

async function deploy(files: readonly PrecacheEntry[]): Promise<Precache> {
  const precache = new Precache(files, SCOPE, restart())
  await precache.install()
  await precache.activate()
  return precache
}

const build = (name: string): PrecacheEntry[] => [
  { url: '/config.json', revision: name },
  { url: `/app-${name}.js`, revision: null },
]

async function text(precache: Precache, path: string, page: string): Promise<string | undefined> {
  return await (await precache.match(`https://shop.example${path}`, page))?.text()
}

describe('the precache', () => {
  it('stores what is new, and again only what has changed', async () => {
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

  it.each([
    ['gone', () => new Response('gone', { status: 404 }), 'the answer was 404'],
    [
      'of a server that switches the worker off',
      () => new Response('', { headers: { 'Thermocline-Worker': 'off' } }),
      'the answer was 200',
    ],
    [
      'one user’s own',
      () => new Response('', { headers: { 'Cache-Control': 'private' } }),
      'it is `private` or `no-store`',
    ],
  ])('refuses a version with a file that is %s', async (_what, answer, why) => {
    platform.network = answer
    const precache = new Precache([{ url: '/gone.js', revision: null }], SCOPE, platform)
    await expect(precache.install()).rejects.toThrow(
      `https://shop.example/gone.js can't be precached: ${why}.`,
    )
  })

  it('has the browser check the integrity that an entry names, and refuses the version with it', async () => {
    const integrity = 'sha384-AAAA'
    platform.network = (request) => {
      if (request.integrity === integrity) throw new TypeError('integrity')
      return new Response('fine')
    }
    const files = [
      { url: '/fine.js', revision: null },
      { url: '/forged.js', revision: null, integrity },
    ]
    await expect(new Precache(files, SCOPE, platform).install()).rejects.toThrow('integrity')
  })

  it('answers with the file, whatever the fragment and its Vary, and says so', async () => {
    const date = new Date(platform.nowMs).toUTCString()
    platform.network = () => new Response('icons', { headers: { Date: date, Vary: 'Accept' } })
    const precache = new Precache([{ url: '/icons.svg', revision: '1' }], SCOPE, platform)
    await precache.install()
    platform.pass(5_000)
    const answer = await precache.match('https://shop.example/icons.svg#cart')
    expect(await answer?.text()).toBe('icons')
    expect(answer?.headers.get('cache-status')).toBe('SW; hit; detail=precache')
    expect(answer?.headers.get('age')).toBe('5')
    expect(answer?.headers.get('server-timing')).toBe('cache;desc="SW; hit; detail=precache", age;dur=5000')
    expect(answer?.headers.has('vary')).toBe(false)
  })

  it('has nothing where storage fails', async () => {
    const precache = new Precache([{ url: '/a', revision: null }], SCOPE, platform)
    await precache.install()
    platform.cacheStorage.fault = new Error('no storage')
    expect(await precache.match('https://shop.example/a')).toBeUndefined()
    await precache.activate()
  })

  it('leaves nothing behind where there is nothing to precache any more', async () => {
    await deploy(build('A'))
    open = ['a']
    await deploy([])
    expect(await platform.cacheStorage.keys()).toEqual([])
  })
})

describe('a new version', () => {
  it('leaves the pages of the old one its files, and removes them once they are gone', async () => {
    await deploy(build('A'))
    open = ['a']
    const next = await deploy(build('B'))
    open = ['a', 'b']
    const restarted = new Precache(build('B'), SCOPE, restart())
    for (const precache of [next, restarted]) {
      expect(await text(precache, '/app-A.js', 'a')).toBe('file https://shop.example/app-A.js')
      expect(await text(precache, '/app-B.js', 'b')).toBe('file https://shop.example/app-B.js')
      await precache.release()
      expect(await precache.hasOlder()).toBe(true)
    }
    expect(platform.cacheStorage.texts()).toHaveLength(4)
    open = ['b']
    await restarted.release()
    expect(platform.cacheStorage.texts()).toHaveLength(2)
    expect(await text(restarted, '/app-A.js', 'a')).toBeUndefined()
    expect(await restarted.hasOlder()).toBe(false)
  })

  it('removes at once what no open page needs', async () => {
    await deploy(build('A'))
    await deploy(build('B'))
    expect(platform.cacheStorage.texts()).toHaveLength(2)
  })

  it('takes pages outside its scope for none of its own', async () => {
    worker.clients.matchAll = async () => [{ id: 'x', url: 'https://shop.example.org/' }]
    await deploy(build('A'))
    await deploy(build('B'))
    expect(platform.cacheStorage.texts()).toHaveLength(2)
  })

  it('spares what another one stores meanwhile', async () => {
    await deploy(build('A'))
    const next = new Precache(build('B'), SCOPE, restart())
    const last = new Precache(build('C'), SCOPE, restart())
    await next.install()
    await last.install()
    worker.registration = { scope: SCOPE, installing: {} }
    await next.activate()
    expect(await text(last, '/app-C.js', 'c')).toBe('file https://shop.example/app-C.js')
  })

  it.each(['installing', 'waiting'] as const)('removes nothing while another one is %s', async (state) => {
    await deploy(build('A'))
    open = ['a']
    const precache = await deploy(build('B'))
    open = []
    // A way back: what it needs of the first version is stored, so it does not fetch that.
    const back = new Precache(build('A'), SCOPE, restart())
    await back.install()
    worker.registration = { scope: SCOPE, [state]: {} }
    await precache.release()
    expect(await text(precache, '/app-A.js', 'a')).toBe('file https://shop.example/app-A.js')
    worker.registration = { scope: SCOPE }
    await back.activate()
    expect(await text(back, '/app-A.js', 'a')).toBe('file https://shop.example/app-A.js')
    expect(platform.cacheStorage.texts()).toHaveLength(2)
  })
})
