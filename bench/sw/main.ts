// What a worker costs a page, against Workbox, a hand-written worker and the browser's own cache.
// `npm run bench -- sw [--rounds N] [--entries N] [--quick]`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from '@playwright/test'
import { findChromium } from '../../scripts/chromium.mjs'
import { currentLoad, describeMachine } from '../machine.ts'
import { untilQuiet } from '../quiet.ts'
import { parseSwOptions } from './options.ts'
import { type Figures, printGoals, printTable } from './print.ts'
import { Subject } from './subject.ts'
import { percentile } from './summary.ts'
import { VARIANTS, handWritten, handWrittenIndex, httpCache, thermocline } from './variants.ts'

/** Hits before anything counts. */
const WARM_UP = 30

const { colds, hits, rounds, sizes } = parseSwOptions(process.argv.slice(3))
const executablePath = findChromium()
if (executablePath === undefined)
  throw new Error('No Chromium found. Install it, or name it in CHROMIUM_PATH.')
const args = ['--disable-gpu', '--disable-background-networking']
if (process.getuid?.() === 0) args.push('--no-sandbox')
// A profile of its own for each size, so that none pays for the other's storage; on disk, since the HTTP cache of a private
// window holds too little.
for (const files of sizes) {
  const profile = await mkdtemp(join(tmpdir(), 'thermocline-bench-'))
  const context = await chromium.launchPersistentContext(profile, { executablePath, args })
  try {
    await measure(context, files)
  } finally {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function measure(context: BrowserContext, files: number): Promise<void> {
  const before = currentLoad()
  const subjects: Subject[] = []
  // One by one: side by side they keep the disk so busy that a worker may take IndexedDB for one that hangs.
  for (const variant of VARIANTS) subjects.push(await Subject.start(context, variant, files))
  const figures = new Map<string, Figures>(
    subjects.map(({ name }) => [name, { p50: [], p95: [], cold: [], asset: [] }]),
  )
  for (const subject of subjects) await subject.hits(WARM_UP)
  const busy = await untilQuiet(60_000)
  const isRouted = await subjects.find(({ name }) => name === thermocline.name)?.isRouted()
  const each = async (names: readonly string[], work: (subject: Subject, row: Figures) => Promise<void>) => {
    const chosen = subjects.filter(({ name }) => names.includes(name))
    for (let round = 0; round < rounds; round += 1) {
      for (let turn = 0; turn < chosen.length; turn += 1) {
        // Another one begins each round, so that none always follows the same one.
        const subject = chosen[(turn + round) % chosen.length]
        const row = subject && figures.get(subject.name)
        if (subject !== undefined && row !== undefined) await work(subject, row)
      }
    }
  }
  await each(
    VARIANTS.map(({ name }) => name),
    async (subject, { p50, p95 }) => {
      const times = await subject.hits(hits)
      p50.push(percentile(times, 0.5))
      p95.push(percentile(times, 0.95))
    },
  )
  // Afterwards, since they stop the workers of all.
  await each([thermocline.name, handWritten.name, handWrittenIndex.name], async (subject, { cold }) => {
    cold.push(percentile(await repeat(colds, () => subject.coldHit()), 0.5))
  })
  await each(isRouted ? [thermocline.name, httpCache.name] : [], async (subject, { asset }) => {
    asset.push(percentile(await repeat(colds, () => subject.coldAsset()), 0.5))
  })
  const version = context.browser()?.version() ?? ''
  console.log(`\nService workers: hits of 2 kB over loopback, all in one Chromium ${version}`)
  console.log(`${files.toLocaleString('en')} entries, ${rounds} rounds of ${hits} hits`)
  console.log(`  ${describeMachine()}, load ${before} before and ${currentLoad()} at the end`)
  console.log(`  begun when the processors were busy to ${(busy * 100).toFixed(0)} %`)
  printTable(figures)
  printGoals(figures)
  if (!isRouted) {
    console.log(
      '  The precached file is not answered by a static route in this browser or build, so not measured.',
    )
  }
  for (const subject of subjects) await subject.close()
}

async function repeat(times: number, work: () => Promise<number>): Promise<number[]> {
  const results: number[] = []
  for (let time = 0; time < times; time += 1) results.push(await work())
  return results
}
