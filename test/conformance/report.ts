import { type ConformanceRun, MAX_RERUNS } from './conformance.ts'
import { type Score, type ScoredTest, isPass } from './scoring.ts'
import type { Suite } from './suite.ts'

/** `required 160/160 optimal 100/105 check 60/100` */
function scoreLine(score: Score): string {
  return (['required', 'optimal', 'check'] as const)
    .map((kind) => `${kind} ${score[kind].passed}/${score[kind].total}`)
    .join(' ')
}

/** What was run, what failed and why, what was run again, and last the score on one line. */
export function reportLines(suite: Suite, run: ConformanceRun, isVerbose: boolean): string[] {
  const setOf = new Map(suite.sets.flatMap((set) => set.tests.map((test) => [test.id, set.id])))
  const line = ({ id, kind, outcome, reason }: ScoredTest): string =>
    `${kind} ${id} [${setOf.get(id) ?? '?'}] ${outcome}${reason === '' ? '' : `: ${reason}`}`
  const shown = run.tests.filter(
    (test) => test.id in run.logs || (!isPass(test.outcome) && (isVerbose || test.kind !== 'check')),
  )
  const lines = [`${run.suite}, ${run.tests.length} tests. Subject: ${run.subject}.`]
  for (const test of shown) lines.push(line(test), ...logLines(run, test.id))
  lines.push(...rerunLines(run), scoreLine(run.score))
  return lines
}

function logLines(run: ConformanceRun, id: string): string[] {
  const log = run.logs[id]?.trimEnd()
  return log === undefined || log === '' ? [] : log.split('\n').map((line) => `    ${line}`.trimEnd())
}

function rerunLines({ reruns, notRerun }: ConformanceRun): string[] {
  const names = (isPassed: boolean): string =>
    reruns
      .filter((rerun) => rerun.isPassed === isPassed)
      .map((rerun) => rerun.id)
      .join(', ')
  const lines: string[] = []
  if (names(true) !== '') lines.push(`Failed in the crowd, passed when run again alone: ${names(true)}.`)
  if (names(false) !== '') lines.push(`Failed again when run alone: ${names(false)}.`)
  if (notRerun > 0)
    lines.push(`${notRerun} failures: not run again, as more than ${MAX_RERUNS} are no noise.`)
  return lines
}
