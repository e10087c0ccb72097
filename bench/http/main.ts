// What a cached answer costs over HTTP, against handlers and other caches.
// `npm run bench -- http [--rounds N] [--seconds S] [--quick] [--load autocannon]`
import { cpus, loadavg } from 'node:os'
import type { LoadResult } from './load-result.ts'
import { CONNECTIONS, findLoadTool } from './load-tool.ts'
import { measureMemory } from './memory.ts'
import { parseOptions } from './options.ts'
import { type Line, printGoals, printMemory, printRates } from './print.ts'
import { expectedBody } from './route.ts'
import { SUBJECTS, type Subject } from './subjects.ts'
import { judgeGoals, summarize } from './summary.ts'
import { findFault, findMiscount } from './verify.ts'

const { rounds, seconds, entries, load } = parseOptions(process.argv.slice(3))
const tool = findLoadTool(load)
const WARM_UP_SECONDS = 1
const loadBefore = currentLoad()
const notes = new Map<string, string>()
const results = new Map<string, LoadResult[]>()

// A process for each round: now and then one runs twice as fast as another of the same code for as long as it lives, and
// the median leaves such a one out.
for (let round = 0; round < rounds; round += 1) {
  for (let turn = 0; turn < SUBJECTS.length; turn += 1) {
    // Another one begins each round, so that none always follows the same one.
    const subject = SUBJECTS[(turn + round) % SUBJECTS.length]
    if (subject === undefined || notes.has(subject.name)) continue
    const outcome = await measureOnce(subject)
    if (typeof outcome === 'object')
      results.set(subject.name, [...(results.get(subject.name) ?? []), outcome])
    else {
      notes.set(subject.name, outcome)
      results.delete(subject.name)
    }
  }
}
const loadAfter = currentLoad()
const memory = await measureMemory(entries)
const rows = new Map(summarize(results).map((row) => [row.name, row]))

const bytes = Buffer.byteLength(expectedBody('1')).toLocaleString('en')
console.log(`\nHTTP: an answer of ${bytes} bytes of JSON over loopback`)
console.log(
  `  ${tool.name}, ${CONNECTIONS} connections; medians of ${rounds} rounds of ${seconds} s, a new process each`,
)
console.log(
  `  Node ${process.versions.node}, ${cpus().length} cores, load ${loadBefore} before and ${loadAfter} under it`,
)
printRates(SUBJECTS.map(({ name }): Line => rows.get(name) ?? { name, note: notes.get(name) ?? '' }))
printMemory(entries, memory)
printGoals(judgeGoals(results))

/** Starts a subject, looks at its answers, and puts it under load; resolves with the reason where that can't be. */
async function measureOnce(subject: Subject): Promise<LoadResult | string> {
  const running = await subject.start()
  if (typeof running === 'string') return running
  try {
    const fault = await findFault(subject, running)
    if (fault !== undefined) return wrong(fault)
    const url = `${running.url}/items/1`
    await tool.run(url, WARM_UP_SECONDS)
    const before = await running.calls()
    const result = await tool.run(url, seconds)
    if (result.failures > 0) return wrong(`${result.failures} of ${result.requests} requests failed`)
    const miscount = findMiscount(subject, (await running.calls()) - before, result.requests)
    return miscount === undefined ? result : wrong(miscount)
  } finally {
    await running.stop()
  }
}

function wrong(fault: string): string {
  process.exitCode = 1
  return `WRONG: ${fault}`
}

function currentLoad(): string {
  return (loadavg()[0] ?? 0).toFixed(2)
}
