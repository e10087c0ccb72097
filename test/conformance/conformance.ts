import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Results,
  type Score,
  type ScoredTest,
  countScore,
  isPass,
  outcomeOf,
  scoreTest,
  withDependencies,
} from './scoring.ts'
import type { Subject } from './subjects.ts'
import type { Suite, SuiteTest } from './suite.ts'
import { WireLog } from './wire-log.ts'

/** What a child printed may arrive a little after what it sent. */
const PIPE_LAG_MS = 20
/** As many tests at once as the suite's own runner has in flight against a proxy. */
const PARALLEL = 25
/** And as many as a machine can do that is busy with other things. */
const PARALLEL_PATIENTLY = 3
/** More failures than this are no noise, and running each alone would take longer than the whole suite did. */
export const MAX_RERUNS = 30

interface ConformanceOptions {
  readonly suite: Suite
  readonly subject: Subject
  /** The tests to score; what they depend on runs too. @default all that are for the subject */
  readonly ids?: readonly string[]
  /** Runs the tests of `ids` alone and keeps what went over the wire. @default false */
  readonly isAlone?: boolean
  /** Keeps what went over the wire when a test fails again. @default false */
  readonly isLogged?: boolean
  /**
   * Runs what failed in the crowd once more in a small one where it is too much to run alone: on a busy machine a response is
   * stale by the time that its test comes to it. @default false
   */
  readonly isPatient?: boolean
}

interface Rerun {
  readonly id: string
  readonly isPassed: boolean
}

export interface ConformanceRun {
  readonly suite: string
  readonly subject: string
  readonly score: Score
  readonly tests: readonly ScoredTest[]
  /** The tests that failed in the crowd and were run once more, alone. */
  readonly reruns: readonly Rerun[]
  /** How many failures were not run again, because there were more than `MAX_RERUNS`. */
  readonly notRerun: number
  /** What went over the wire, by test. */
  readonly logs: Readonly<Record<string, string>>
}

/** Has the suite's client ask through a cache, runs the tests and scores them. Leaves no process behind. */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceRun> {
  const { suite, subject } = options
  const tests = subject.tests(suite)
  const chosen = options.ids ?? [...tests.keys()]
  const log = new WireLog()
  const client = await subject.connect(suite, log)
  try {
    const alone = options.isAlone === true ? chosen : []
    const crowd = [...withDependencies(tests, chosen)].filter((id) => !alone.includes(id))
    const results = { ...(await client.run({ ids: crowd, parallel: PARALLEL, isLogged: false })) }
    const many = failures(tests, chosen, results)
    if (options.isPatient === true && many.length > MAX_RERUNS) {
      Object.assign(results, await client.run({ ids: many, parallel: PARALLEL_PATIENTLY, isLogged: false }))
    }
    const logs: Record<string, string> = {}
    const runAlone = async (id: string): Promise<boolean> => {
      log.take()
      Object.assign(results, await client.run({ ids: [id], parallel: 1, isLogged: true }))
      await sleep(PIPE_LAG_MS)
      const isPassed = results[id] === true
      if (alone.includes(id) || (options.isLogged === true && !isPassed)) logs[id] = log.take()
      return isPassed
    }
    for (const id of alone) await runAlone(id)

    const reruns: Rerun[] = []
    const toRerun = (): string[] => {
      const known = new Set([...alone, ...reruns.map((rerun) => rerun.id)])
      return failures(tests, chosen, results).filter((id) => !known.has(id))
    }
    const failed = toRerun().length
    // A test that now passes may uncover a failure of one that depends on it.
    for (let next = failed > MAX_RERUNS ? [] : toRerun(); next.length > 0; next = toRerun()) {
      for (const id of next) reruns.push({ id, isPassed: await runAlone(id) })
    }

    const scored = chosen.map((id) => scoreTest(tests, tests.get(id) ?? { id, name: id }, results))
    return {
      suite: suite.label,
      subject: subject.name,
      score: countScore(scored),
      tests: scored,
      reruns,
      notRerun: failed > MAX_RERUNS ? failed : 0,
      logs,
    }
  } finally {
    await client.close()
  }
}

/**
 * The failures that lower the score: those of required and optimal tests, and of the checks that such a test depends on. A
 * check that says no is otherwise an answer like any other.
 */
function failures(tests: ReadonlyMap<string, SuiteTest>, ids: readonly string[], results: Results): string[] {
  const judged = ids.filter((id) => (tests.get(id)?.kind ?? 'required') !== 'check')
  return [...withDependencies(tests, judged)].filter((id) => {
    const outcome = outcomeOf(tests, id, results)
    return outcome !== 'dependency_fail' && !isPass(outcome)
  })
}
