import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { InvalidationLog } from '../../server/log/invalidation-log.ts'
import { waitUntil } from '../support/wait-until.ts'
import { Tail } from './heard.ts'

/** Where logs live. Each `open` is a process of its own; a log without Redis has only one. */
export interface LogSite {
  open(): InvalidationLog
  close(): Promise<void>
}

export interface LogContract {
  readonly isShared: boolean
  readonly start: () => Promise<LogSite>
}

const of = (...keys: string[]) => ({ keys, groups: [], prefixes: [] })

/** What the cache relies on, whatever the log is made of. */
export function describeLog(name: string, { isShared, start }: LogContract): void {
  describe(`what ${name} keeps`, () => {
    let site: LogSite
    const tails: Tail[] = []

    beforeEach(async () => {
      site = await start()
    })
    afterEach(async () => {
      await Promise.all(tails.splice(0).map(({ log }) => log.close()))
      await site.close()
    })

    async function join(): Promise<Tail> {
      const tail = new Tail(site.open())
      tails.push(tail)
      await tail.untilCaughtUp()
      return tail
    }

    it('tells its own process of what it appended, once and in order', async () => {
      const one = await join()
      const seqs: number[] = []
      for (let i = 0; i < 50; i += 1) seqs.push(await one.log.append(of(`k${i}`)))
      await waitUntil(() => one.seqs.length >= 50, 'all entries')
      expect(one.seqs).toEqual(seqs)
      expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs)
      expect(new Set(seqs).size).toBe(50)
      expect(one.log.head).toBe(seqs.at(-1))
    })

    it('carries keys, groups, prefixes, the mode and when it was', async () => {
      const one = await join()
      const before = Date.now()
      await one.log.append({ keys: ['a', 'é'], groups: ['g'], prefixes: ['p:'], mode: 'expire' })
      await one.log.append({ keys: [], groups: [], prefixes: [''] })
      await waitUntil(() => one.seqs.length === 2, 'both entries')
      const [first, second] = one.heard.flatMap((it) => (it.type === 'invalidated' ? [it.invalidation] : []))
      expect(first).toMatchObject({ keys: ['a', 'é'], groups: ['g'], prefixes: ['p:'], mode: 'expire' })
      expect(second).toMatchObject({ keys: [], groups: [], prefixes: [''], mode: 'delete' })
      expect(first?.at).toBeGreaterThanOrEqual(before)
      expect(first?.at).toBeLessThanOrEqual(Date.now())
    })

    it('carries URLs', async () => {
      const one = await join()
      await one.log.append({ ...of(), urls: ['https://shop.example/a'] })
      await waitUntil(() => one.seqs.length === 1, 'the entry')
      expect(one.heard.at(-1)).toMatchObject({ invalidation: { urls: ['https://shop.example/a'] } })
    })

    it('can be read again from any entry on, without those that name nothing', async () => {
      const one = await join()
      const first = await one.log.append(of('a'))
      const last = await one.log.append(of('b'))
      await waitUntil(() => one.seqs.length === 2, 'both entries')
      const page = await one.log.since(first)
      expect(page).toMatchObject({ cursor: last, isEnd: true })
      expect(page?.entries.map(({ seq }) => seq)).toEqual([last])
      expect(page?.entries[0]?.invalidation).toMatchObject(of('b'))
      expect(await one.log.since(last)).toEqual({ entries: [], cursor: last, isEnd: true })
    })

    it('says of a number that it never gave out that it can not tell what followed', async () => {
      const one = await join()
      const seq = await one.log.append(of('a'))
      await waitUntil(() => one.seqs.length === 1, 'the entry')
      expect(await one.log.since(seq - 1_000_000)).toBe(undefined)
    })

    it('knows of an entry as soon as it is appended', async () => {
      const one = await join()
      const seq = await one.log.append(of('a'))
      expect(one.log.head).toBeGreaterThanOrEqual(seq)
    })

    it('says how long nothing has been known of it', async () => {
      const one = await join()
      expect(one.log.lagMs).toBeGreaterThanOrEqual(0)
      expect(one.log.lagMs).toBeLessThan(5_000)
    })

    it('answers that every process has come past an entry only when it has', async () => {
      const all = [await join(), ...(isShared ? [await join(), await join()] : [])]
      for (let i = 0; i < 10; i += 1) {
        const author = all[i % all.length] ?? all[0]
        const seq = await author?.log.append(of(`k${i}`), i % 2 === 0)
        const answer = await author?.log.passedBy(seq ?? 0, 10_000)
        expect(answer?.missing).toEqual([])
        expect(answer?.passed.toSorted()).toEqual(all.map(({ log }) => log.member).toSorted())
        for (const tail of all) expect(tail.hasHeard(seq ?? 0)).toBe(true)
      }
    })

    it('tells nobody anything after it was closed', async () => {
      const one = await join()
      await one.log.close()
      const count = one.heard.length
      await one.log.append(of('a')).catch(() => {})
      expect(one.heard).toHaveLength(count)
    })

    if (!isShared) return

    it('tells all processes the same in the same order', async () => {
      const [one, two] = [await join(), await join()]
      const all = await Promise.all(
        Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? one : two).log.append(of(`k${i}`))),
      )
      await waitUntil(() => all.every((seq) => one.hasHeard(seq) && two.hasHeard(seq)), 'all entries')
      const sorted = all.toSorted((a, b) => a - b)
      const mine = new Set(all)
      expect(one.seqs.filter((seq) => mine.has(seq))).toEqual(sorted)
      expect(two.seqs.filter((seq) => mine.has(seq))).toEqual(sorted)
    })

    it('has who comes later trust nothing from before what it can still read, and read the rest', async () => {
      const one = await join()
      const seq = await one.log.append(of('a'))
      const two = await join()
      expect(two.heard[0]).toMatchObject({ type: 'reset' })
      expect(two.hasHeard(seq)).toBe(true)
      expect(one.resets).toBe(1)
    })

    it('counts who has closed no longer among the living', async () => {
      const [one, two] = [await join(), await join()]
      await two.log.close()
      const answer = await one.log.passedBy(await one.log.append(of('a')), 10_000)
      expect(answer).toEqual({ passed: [one.log.member], missing: [] })
    })
  })
}
