import * as fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { SEED } from '../test/support/property.ts'
import { type Step, steps } from '../test/worker-fuzz/operations.ts'
import { BodyStore } from './body-store.ts'
import { EntryIndex } from './entry-index.ts'
import { Flights } from './flights.ts'
import { Partitions } from './partitions.ts'
import { FuzzBrowser } from './worker-fuzz.fake.ts'

/** `WORKER_INTERLEAVINGS` for more, `FUZZ_SEED` for others. */
const INTERLEAVINGS = Number(process.env['WORKER_INTERLEAVINGS'] ?? 10_000)

/** How many turns the event loop makes between one arrival and the next, over and over: so long IndexedDB may work. */
const pauses = fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 12 })

/** What was promised and not kept in one interleaving. */
async function interleave(scheduler: fc.Scheduler, list: readonly Step[], gaps: readonly number[]) {
  const browser = new FuzzBrowser(scheduler)
  await browser.drive(browser.run(list), gaps)
  return browser.model.violations
}

/** Goes through interleavings until one breaks a promise of which it says these words; returns what it broke. */
async function findBroken(words: RegExp, most: number): Promise<string | undefined> {
  let broken: string | undefined
  const keeps = fc.asyncProperty(fc.scheduler(), steps, pauses, async (...interleaving) => {
    broken ??= (await interleave(...interleaving)).find((one) => words.test(one))
    return broken === undefined
  })
  await fc.check(keeps, { numRuns: most, seed: SEED, endOnFailure: true })
  return broken
}

afterEach(() => {
  vi.restoreAllMocks()
})

it(
  'keeps its promises in 10,000 interleavings of requests, writes, switches of user, eviction and kills',
  { timeout: 1_800_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, pauses, async (...interleaving) => {
        expect(await interleave(...interleaving)).toEqual([])
      }),
      { numRuns: INTERLEAVINGS, seed: SEED },
    )
  },
)

it.each([
  [
    'a write forgets what is under way',
    /version/,
    () => vi.spyOn(Flights.prototype, 'outdate').mockReturnValue(undefined),
  ],
  [
    'a write to a group forgets what is under way',
    /version/,
    () => vi.spyOn(Flights.prototype, 'outdateGroups').mockReturnValue(undefined),
  ],
  [
    'groups are not removed',
    /version/,
    () => vi.spyOn(EntryIndex.prototype, 'removeGroups').mockResolvedValue([]),
  ],
  [
    'a switch changes no epoch',
    /’s, being/,
    () => vi.spyOn(Partitions.prototype, 'epoch', 'get').mockReturnValue(0),
  ],
  [
    'no answer names a user',
    /’s, being/,
    () => vi.spyOn(Partitions.prototype, 'observe').mockImplementation(async (_, epoch) => epoch),
  ],
  [
    'any body goes with any entry',
    /with the body|never said/,
    () => vi.spyOn(BodyStore.prototype, 'match').mockImplementation(async () => new Response('another')),
  ],
])('a broken promise is found when %s', async (_, words, remove) => {
  remove()
  expect(await findBroken(words, 5_000)).toBeDefined()
})
