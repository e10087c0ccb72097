import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../test/support/wait-until.ts'
import { FakeBrowser, type FakeStream, type FakeTab } from './follow-host.fake.ts'
import type { InvalidatedEvent } from './invalidated-event.ts'
import { InvalidationFollower } from './invalidation-follower.ts'

const following: InvalidationFollower[] = []
let browser: FakeBrowser
let channels = 0
let url = ''

beforeEach(() => {
  browser = new FakeBrowser()
  // Channels of Node reach from test to test.
  url = `https://shop.example/invalidations-${(channels += 1)}`
  if (browser.worker) browser.worker.answer = { ok: true, cursor: '5', groups: [], urls: [], reset: false }
})

afterEach(() => {
  for (const follower of following.splice(0)) follower.close()
})

/** A tab that follows, and what it was told. */
function follow(tab = browser.open()): {
  readonly tab: FakeTab
  readonly follower: InvalidationFollower
  readonly told: string[]
} {
  const follower = new InvalidationFollower(tab, url)
  following.push(follower)
  const told: string[] = []
  follower.addEventListener('invalidated', ({ everything, groups, urls }: InvalidatedEvent) => {
    told.push(everything ? 'everything' : [...groups, ...urls].join())
  })
  return { tab, follower, told }
}

async function connected(count = 1): Promise<FakeStream> {
  await waitUntil(() => browser.streams.length >= count, 'the stream')
  return browser.streams.at(-1) as FakeStream
}

/** All promise work that is ready has run. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

const toldWorker = (type: string) =>
  (browser.worker?.messages ?? []).filter(
    (message) => (message as { type: string }).type === `thermocline:${type}`,
  )

describe('a tab that follows', () => {
  it('hears what is invalidated, after the worker has let go', async () => {
    const { told } = follow()
    const stream = await connected()
    expect(stream.url).toBe(`${url}?after=5`)
    let toldBefore: number | undefined
    if (browser.worker) {
      browser.worker.onPost = (message) => {
        if ((message as { type?: string }).type === 'thermocline:invalidated') toldBefore ??= told.length
      }
    }
    stream.tell('open', '5', { beatMs: 15_000 })
    stream.tell('invalidated', '6', { groups: ['a', 'b'], urls: ['https://shop.example/x'] })
    await waitUntil(() => told.length === 1, 'the event')
    expect(told).toEqual(['a,b,https://shop.example/x'])
    expect(toldBefore).toBe(0)
    expect(toldWorker('invalidated')).toEqual([
      {
        type: 'thermocline:invalidated',
        from: '5',
        cursor: '6',
        groups: ['a', 'b'],
        urls: ['https://shop.example/x'],
        reset: false,
      },
    ])
  })

  it('hears what was invalidated between its beginning and its following', async () => {
    if (browser.worker)
      browser.worker.answer = { ok: true, cursor: '5', groups: ['a'], urls: [], reset: false }
    const { tab, told } = follow()
    await waitUntil(() => told.length === 1, 'the event')
    expect(told).toEqual(['a'])
    expect(toldWorker('follow')).toEqual([{ type: 'thermocline:follow', url, since: tab.beganAtMs }])
  })

  it('is told of everything where what it missed can not be told', async () => {
    const { told } = follow()
    const stream = await connected()
    stream.tell('reset', '9')
    await waitUntil(() => told.length === 1, 'the event')
    expect(told).toEqual(['everything'])
    expect(toldWorker('invalidated')).toMatchObject([{ reset: true, cursor: '9' }])
  })

  it('hears without a worker, and from a worker that does not answer', async () => {
    browser.worker = undefined
    const { told } = follow()
    const stream = await connected()
    expect(stream.url).toBe(url)
    stream.tell('invalidated', '6', { groups: ['a'] })
    await waitUntil(() => told.length === 1, 'the event')
  })

  it('tells the worker that nothing else was missed, and of beats only while it is looked at', async () => {
    const { tab } = follow()
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 15_000 })
    tab.isVisible = false
    stream.tell('beat', '7')
    await waitUntil(() => toldWorker('invalidated').length === 1, 'the first beat')
    stream.tell('beat', '8')
    await settled()
    tab.isVisible = true
    stream.tell('beat', '9')
    await waitUntil(() => toldWorker('invalidated').length === 2, 'the last beat')
    expect(toldWorker('invalidated')).toMatchObject([
      { from: '5', cursor: '7' },
      { from: '8', cursor: '9' },
    ])
  })

  it('connects anew, from where it was, when another user signs in', async () => {
    const { tab } = follow()
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 15_000 })
    stream.tell('beat', '7')
    for (const tell of browser.switches) tell('switched')
    expect(stream.readyState).toBe(2)
    expect(tab.streams[1]?.url).toBe(`${url}?after=7`)
    await waitUntil(() => toldWorker('lost').length === 1, 'the worker to be told')
  })

  it('connects anew when the same user may have signed in again, if it is connected as nobody', async () => {
    const { tab } = follow()
    const stream = await connected()
    const named = () => browser.switches.forEach((tell) => tell('named'))
    stream.tell('open', '5~adamark_', { beatMs: 15_000 })
    named()
    expect(tab.streams).toHaveLength(1)
    // The session has ended; the browser has connected again by itself.
    stream.tell('open', '5~adamark_.5', { beatMs: 15_000 })
    stream.tell('beat', '9~adamark_.5')
    named()
    expect(tab.streams[1]?.url).toBe(`${url}?after=${encodeURIComponent('9~adamark_.5')}`)
    tab.streams[1]?.tell('open', '9~adamark_.5')
    tab.streams[1]?.tell('beat', '9~adamark_')
    named()
    expect(tab.streams).toHaveLength(2)
    tab.streams[1]?.tell('beat', '10~adamark_.9')
    named()
    expect(tab.streams).toHaveLength(3)
  })

  it('connects anew for that once, where nobody is ever told of own groups', async () => {
    const { tab } = follow()
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 15_000 })
    for (let post = 0; post < 3; post += 1) {
      for (const tell of browser.switches) tell('named')
      tab.streams.at(-1)?.tell('open', '5.5')
    }
    expect(tab.streams).toHaveLength(2)
  })

  it('passes over what can not be read', async () => {
    const { told } = follow()
    const stream = await connected()
    stream.dispatchEvent(new MessageEvent('invalidated', { data: 'not json', lastEventId: '6' }))
    stream.tell('invalidated', '', { groups: ['a'] })
    stream.tell('invalidated', '8', { groups: ['c', 7] })
    await waitUntil(() => told.length === 1, 'the event')
    expect(told).toEqual(['c'])
  })

  it('takes names that can not be read for any, as the worker does', async () => {
    const { told } = follow()
    const stream = await connected()
    stream.tell('invalidated', '7', { groups: 'b' })
    await waitUntil(() => told.length === 1, 'the event')
    expect(told).toEqual(['everything'])
    expect(toldWorker('invalidated').at(-1)).toMatchObject({ reset: true })
  })
})

describe('the tabs of one browser', () => {
  it('have one connection, and all hear', async () => {
    const [one, two] = [follow(), follow()]
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 15_000 })
    stream.tell('invalidated', '6', { groups: ['a'] })
    await waitUntil(() => one.told.length + two.told.length === 2, 'both')
    expect(browser.streams).toHaveLength(1)
  })

  it('go on from where they were when the one that was connected is closed', async () => {
    const one = follow()
    const stream = await connected()
    const two = follow()
    await waitUntil(() => browser.queue.length === 1, 'the second to wait')
    stream.tell('invalidated', '6', { groups: ['a'] })
    await waitUntil(() => two.told.length === 1, 'the event')
    one.follower.close()
    const next = await connected()
    expect(next.url).toBe(`${url}?after=6`)
    expect(browser.streams).toHaveLength(1)
  })

  it('take over from one that has fallen asleep, if they are looked at', async () => {
    const one = follow()
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 10_000 })
    const two = follow()
    await waitUntil(() => browser.queue.length === 1, 'the second to wait')
    await settled()
    // Its timers do not run either.
    one.tab.sleep()
    two.tab.isVisible = false
    browser.pass(60_000)
    expect(two.tab.streams).toHaveLength(0)
    two.tab.isVisible = true
    browser.pass(15_000)
    await waitUntil(() => two.tab.streams.length === 1, 'the second to connect')
  })

  it('leave the connection to another one when a page is put away; it is told on its return what they heard meanwhile', async () => {
    const one = follow()
    const first = await connected()
    first.tell('open', '5', { beatMs: 15_000 })
    const two = follow()
    await waitUntil(() => browser.queue.length === 1, 'the second to wait')
    one.tab.go('away')
    one.tab.isVisible = false
    // As browsers do: hidden once it has been put away.
    one.tab.go('back')
    await waitUntil(() => two.tab.streams.length === 1, 'the second to connect')
    expect(browser.streams).toHaveLength(1)
    one.tab.isVisible = true
    one.tab.go('back')
    await waitUntil(() => one.tab.streams.length === 2, 'the first to connect')
    await waitUntil(() => browser.streams.length === 1, 'the second to leave')
    const again = one.tab.streams[1]
    expect(again?.url).toBe(`${url}?after=5`)
    again?.tell('invalidated', '6', { groups: ['a'] })
    await waitUntil(() => one.told.length === 1, 'the event')
    expect(one.told).toEqual(['a'])
  })
})

describe('where the stream fails', () => {
  it('says at once that something may be missed, and lets the browser connect again', async () => {
    follow()
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 15_000 })
    stream.cut()
    await waitUntil(() => toldWorker('lost').length === 1, 'the worker to be told')
    expect(browser.streams).toEqual([stream])
  })

  it('asks instead while it is refused, with the same cursor, and tries again ever more seldom', async () => {
    const { told, tab } = follow()
    const stream = await connected()
    browser.answer = () => Response.json({ cursor: '8', groups: ['a'], urls: [] })
    stream.cut(true)
    browser.pass(0)
    await waitUntil(() => told.length === 1, 'the answer')
    expect(browser.polls).toEqual([`${url}?after=5`])
    browser.pass(1_000)
    expect(tab.streams).toHaveLength(2)
    expect(tab.streams[1]?.url).toBe(`${url}?after=8`)
    tab.streams[1]?.cut(true)
    browser.pass(1_000)
    expect(tab.streams).toHaveLength(2)
    browser.pass(1_000)
    expect(tab.streams).toHaveLength(3)
  })

  it('asks where a connection passes nothing on', async () => {
    const { told } = follow()
    const stream = await connected()
    browser.answer = () => Response.json({ cursor: '8', reset: true })
    browser.pass(10_000)
    expect(stream.readyState).toBe(2)
    await waitUntil(() => told.length === 1, 'the answer')
    expect(told).toEqual(['everything'])
  })

  it('asks again where an answer never comes, as after a change of network', async () => {
    const { told, tab } = follow()
    const stream = await connected()
    stream.cut(true)
    // It waits for longer each time, and in the end for more than a minute.
    for (let tries = 0; tries < 6; tries += 1) {
      browser.pass(1_000 * 2 ** tries)
      await nextTurn()
      tab.streams.at(-1)?.cut(true)
    }
    browser.answer = () => new Promise<Response>(() => {})
    browser.pass(0)
    const { length } = tab.streams
    browser.answer = () => Response.json({ cursor: '8', groups: ['a'], urls: [] })
    browser.pass(10_000)
    await nextTurn()
    browser.pass(5_000)
    await waitUntil(() => told.length === 1, 'the answer to the next question')
    expect(tab.streams).toHaveLength(length)
    expect(told).toEqual(['a'])
  })

  it('connects anew where nothing is heard any more', async () => {
    const { tab } = follow()
    const stream = await connected()
    stream.tell('open', '5', { beatMs: 2_000 })
    browser.pass(5_000)
    expect(stream.readyState).toBe(2)
    await waitUntil(() => toldWorker('lost').length === 1, 'the worker to be told')
    browser.pass(1_000)
    expect(tab.streams).toHaveLength(2)
  })

  it('tries at once when the network is back', async () => {
    const { tab } = follow()
    const stream = await connected()
    stream.cut(true)
    tab.go('back')
    expect(tab.streams).toHaveLength(2)
  })

  it('asks for ever where the browser has no streams', async () => {
    browser.hasStreams = false
    const { told } = follow()
    let cursor = 5
    browser.answer = () => Response.json({ cursor: String((cursor += 1)), groups: [`g${cursor}`], urls: [] })
    await waitUntil(() => {
      browser.pass(1_000)
      return told.length === 3
    }, 'three answers')
    expect(told).toEqual(['g6', 'g7', 'g8'])
  })
})
