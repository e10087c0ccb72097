import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CompleteInvalidation } from '../log/invalidation.ts'
import { MemoryLog } from '../log/memory-log.ts'
import type { NumberedInvalidation } from '../log/log-page.ts'
import { InvalidationFeed } from './invalidation-feed.ts'

const group = (name: string): CompleteInvalidation => ({ keys: [], groups: [name], prefixes: [] })
const EVERYTHING: CompleteInvalidation = { keys: [], groups: [], prefixes: [''] }

let log: MemoryLog
let feed: InvalidationFeed

/** A log that a feed reads, and how many entries the feed keeps. */
function open(mostKept?: number, logLength?: number): void {
  log = new MemoryLog(logLength)
  feed = new InvalidationFeed(log, mostKept === undefined ? {} : { mostKept })
  const ignored = () => {}
  log.start({
    invalidated: (invalidation, seq) => feed.invalidated(invalidation, seq),
    reset: (floor) => feed.reset(floor),
    caughtUp: ignored,
    lost: ignored,
  })
}

const groupsOf = (entries: readonly NumberedInvalidation[] | undefined) =>
  entries?.flatMap(({ invalidation }) => invalidation.groups)

beforeEach(() => open())

describe('following', () => {
  it('tells each follower of each entry once and in order, until it has had enough', async () => {
    const heard: string[] = []
    const follower = {
      invalidated: ({ seq, invalidation }: NumberedInvalidation) =>
        void heard.push(`${seq} ${invalidation.groups.join()}`),
      reset: () => {},
    }
    const stop = feed.follow(follower)
    expect(feed.followers).toBe(1)
    await log.append(group('a'))
    await log.append(group('b'))
    stop()
    await log.append(group('c'))
    expect(heard).toEqual(['1 a', '2 b'])
    expect(feed.followers).toBe(0)
  })

  it('says nothing of keys and their prefixes, which mean nothing outside', async () => {
    const heard: number[] = []
    feed.follow({ invalidated: ({ seq }) => void heard.push(seq), reset: () => {} })
    await log.append({ keys: ['product:1'], groups: [], prefixes: ['product:'] })
    await log.append({ keys: [], groups: [], prefixes: [], urls: ['https://shop.example/'] })
    expect(heard).toEqual([2])
    expect(feed.seq).toBe(2)
  })

  it('takes the invalidation of everything for a reset', async () => {
    const resets: number[] = []
    feed.follow({ invalidated: () => {}, reset: (seq) => void resets.push(seq) })
    await log.append(group('a'))
    await log.append(EVERYTHING)
    expect(resets).toEqual([2])
  })
})

describe('coming back', () => {
  it('is told what followed, and where to read on', async () => {
    for (const name of ['a', 'b', 'c']) await log.append(group(name))
    const page = await feed.since(1)
    expect(groupsOf(page?.entries)).toEqual(['b', 'c'])
    expect(page).toMatchObject({ cursor: 3, isEnd: true })
    expect(await feed.since(3)).toEqual({ entries: [], cursor: 3, isEnd: true })
  })

  it('is told that it missed too much where everything was invalidated meanwhile', async () => {
    await log.append(group('a'))
    await log.append(EVERYTHING)
    await log.append(group('b'))
    expect(await feed.since(1)).toBe(undefined)
    expect(groupsOf((await feed.since(2))?.entries)).toEqual(['b'])
  })

  it('is told from the log what this process keeps no more, and nothing twice', async () => {
    open(4)
    for (let number = 1; number <= 20; number += 1) await log.append(group(`g${number}`))
    expect(groupsOf((await feed.since(2))?.entries)).toHaveLength(18)
    expect(groupsOf((await feed.since(17))?.entries)).toEqual(['g18', 'g19', 'g20'])
  })

  it('is told that it missed too much where the log keeps it no more either', async () => {
    open(4, 8)
    for (let number = 1; number <= 40; number += 1) await log.append(group(`g${number}`))
    expect(await feed.since(2)).toBe(undefined)
  })

  it('is told from the log where few entries had so many names that they are kept no more', async () => {
    for (let round = 0; round < 100; round += 1) {
      const groups = Array.from({ length: 1_000 }, (_, number) => `g-${round}-${number}`)
      await log.append({ keys: [], groups, prefixes: [] })
    }
    const asked = vi.spyOn(log, 'since')
    expect((await feed.since(99))?.entries).toHaveLength(1)
    expect(asked).not.toHaveBeenCalled()
    expect((await feed.since(1))?.entries).toHaveLength(99)
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it('is given what it has not read here yet when it was further elsewhere', async () => {
    await log.append(group('a'))
    expect(await feed.since(7)).toEqual({ entries: [], cursor: 7, isEnd: true })
  })
})

describe('a cursor', () => {
  it('is read back by the log that gave it, and by no other', () => {
    const text = feed.cursorOf(41)
    expect(feed.parseCursor(text)).toBe(41)
    const other = new InvalidationFeed(new MemoryLog())
    expect(other.parseCursor(text)).toBe(undefined)
  })

  it.each(['', '-1', '1e3', ' 1', '99999999999999999', '1-', 'x-1'])('is not %j', (text) => {
    expect(feed.parseCursor(text)).toBe(undefined)
  })
})
