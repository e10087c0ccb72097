import { beforeEach, describe, expect, it } from 'vitest'
import './worker.fake.ts'
import { NetworkLeg } from './network-leg.ts'
import { FakePlatform } from './platform.fake.ts'

interface Scope {
  registration: { scope: string; unregister: () => Promise<boolean> }
  caches: unknown
}
const worker = globalThis as unknown as Scope
const request = new Request('https://shop.example/')
let platform: FakePlatform
let unregistered: number

beforeEach(() => {
  platform = new FakePlatform()
  unregistered = 0
  worker.caches = platform.cacheStorage
  worker.registration = {
    scope: 'https://shop.example/',
    unregister: async () => {
      unregistered += 1
      return true
    },
  }
})

/** An event that the browser may have asked ahead for. */
function startEvent(ahead?: Response | Error) {
  const extended: Promise<unknown>[] = []
  const preloadResponse = ahead instanceof Error ? Promise.reject(ahead) : Promise.resolve(ahead)
  const event = { preloadResponse, waitUntil: (work: Promise<unknown>) => extended.push(work) }
  return { event: event as unknown as FetchEvent, ended: () => Promise.all(extended) }
}

describe('the network of a worker', () => {
  it('is what the browser has asked for ahead, once', async () => {
    const fetch = new NetworkLeg(platform).fetcher(startEvent(new Response('ahead')).event)
    const answers = await Promise.all([fetch(request), fetch(request)])
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['ahead', 'from the network'])
    expect(platform.fetched).toHaveLength(1)
  })

  it.each([
    ['max-age=60', false],
    ['max-age=0, stale-while-revalidate=60', false],
    ['no-cache, max-age=60', true],
    ['no-store', true],
    ['max-age=0', true],
  ])(
    'is that where the HTTP cache beneath can not have answered it: %s, %s',
    async (cacheControl, isUsed) => {
      const headers = { 'Cache-Control': cacheControl, 'Last-Modified': 'Wed, 01 Jan 2025 00:00:00 GMT' }
      const fetch = new NetworkLeg(platform).fetcher(startEvent(new Response('ahead', { headers })).event)
      expect(await (await fetch(request)).text()).toBe(isUsed ? 'ahead' : 'from the network')
    },
  )

  it('is asked where a lifetime would be guessed', async () => {
    const ahead = new Response('ahead', { headers: { 'Last-Modified': 'Wed, 01 Jan 2025 00:00:00 GMT' } })
    const fetch = new NetworkLeg(platform).fetcher(startEvent(ahead).event)
    expect(await (await fetch(request)).text()).toBe('from the network')
  })

  it('is away when what was asked for ahead has failed', async () => {
    const fetch = new NetworkLeg(platform).fetcher(startEvent(new TypeError('away')).event)
    await expect(fetch(request)).rejects.toThrow('away')
    expect(platform.fetched).toEqual([])
  })

  it('switches the worker off with a header, and lets nothing be stored from then on', async () => {
    const off = { headers: { 'Thermocline-Worker': 'off' } }
    for (const name of ['thermocline', 'thermocline-private:u1:thermocline', 'other']) {
      await platform.cacheStorage.open(name)
    }
    platform.network = () => new Response('answer', off)
    const network = new NetworkLeg(platform)
    const { ended, event } = startEvent(new Response('ahead', off))
    const fetch = network.fetcher(event)
    expect(network.isOff).toBe(false)
    expect(await (await fetch(request)).text()).toBe('ahead')
    expect(network.isOff).toBe(true)
    expect(await (await fetch(request)).text()).toBe('answer')
    expect(() => platform.caches()).toThrow('switched the worker off')
    await ended()
    expect(await platform.cacheStorage.keys()).toEqual(['other'])
    expect(platform.messages).toEqual([{ type: 'thermocline:off' }])
    expect(unregistered).toBe(1)
  })

  it('does not take the word of another origin', async () => {
    const foreign = new Response('', { headers: { 'Thermocline-Worker': 'off' } })
    Object.defineProperty(foreign, 'type', { value: 'cors' })
    platform.network = () => foreign
    const network = new NetworkLeg(platform)
    await network.fetcher(startEvent().event)(request)
    expect(network.isOff).toBe(false)
  })
})
