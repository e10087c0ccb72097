// What hits and misses cost while Redis is frozen, killed or slow, and how soon all is well when it is back, against other caches.
// `npm run bench -- outage [--only NAME]... [--phase frozen|killed|slow]... [--seconds N] [--rate N] [--strict] [--quick]`
import { type Line, printGoals, printTable } from '../cache/print.ts'
import type { SubjectName } from '../cache/subjects.ts'
import { currentLoad, describeMachine } from '../machine.ts'
import { type Phase, parseOutageOptions } from './options.ts'
import { SLOW_MS, type StageResult, playStage } from './stage.ts'
import { OUTAGE_COLUMNS, TRAFFIC_COLUMNS, describeStage, describeTraffic, judgeOutage } from './summary.ts'
import { LOAD_MS } from './traffic.ts'

const { names, phases, calmSeconds, faultSeconds, requestsPerSecond, isStrict } = parseOutageOptions(
  process.argv.slice(3),
)
const titles: Readonly<Record<Phase, string>> = {
  frozen: 'Redis frozen (SIGSTOP)',
  killed: 'Redis killed, back with nothing in it',
  slow: `Redis slow: ${SLOW_MS} ms a round trip`,
}
const loadBefore = currentLoad()
const results = new Map<Phase, Map<SubjectName, StageResult | string>>()
for (const phase of phases) {
  const stages = new Map<SubjectName, StageResult | string>()
  for (const name of names) {
    const plan = { name, phase, requestsPerSecond, calmSeconds, faultSeconds }
    const told = (error: unknown): string =>
      `failed: ${error instanceof Error ? error.message : String(error)}`
    stages.set(name, await playStage(plan).catch(told))
  }
  results.set(phase, stages)
}

console.log(`\nAn outage: ${describeMachine()}; load ${loadBefore} before, ${currentLoad()} under it`)
console.log(
  `  ${requestsPerSecond} requests/s for ${faultSeconds} s, half of them for 100 held keys; a loader of ${LOAD_MS} ms.`,
)
console.log(
  '  reloaded: the part of those that had to be loaded all the same; such requests count as misses. Here L1 is trusted',
)
console.log(
  '  for maxLagMs (2 s) after the last word of the invalidation log; the others trust theirs until its lifetime ends.',
)
const [first] = phases
if (first !== undefined) {
  printTable(
    'Redis up',
    TRAFFIC_COLUMNS,
    lines(first, (stage) => describeTraffic(stage.calm)),
  )
}
for (const phase of phases) printTable(titles[phase], OUTAGE_COLUMNS, lines(phase, describeStage))

const goals = phases.flatMap((phase) => {
  const ours = results.get(phase)?.get('thermocline')
  return typeof ours === 'object' ? judgeOutage(phase, ours) : []
})
printGoals(goals)
if (isStrict && (goals.length === 0 || goals.some(({ verdict }) => verdict !== 'met'))) process.exitCode = 1

function lines(phase: Phase, cellsOf: (stage: StageResult) => string[]): Line[] {
  return [...(results.get(phase) ?? [])].map(([name, stage]) => ({
    name,
    cells: typeof stage === 'string' ? [stage] : cellsOf(stage),
  }))
}
