import type { Kind, SuiteTest } from './suite.ts'

/** What the suite's client found: passed, or the error's name and message. */
export type Result = true | readonly [name: string, message: string]
export type Results = Readonly<Record<string, Result>>

/** The suite's own verdicts, by the names that its display gives them. */
export type Outcome =
  | 'untested'
  | 'pass'
  | 'fail'
  | 'optional_fail'
  | 'yes'
  | 'no'
  | 'setup_fail'
  | 'retry'
  | 'dependency_fail'

export interface ScoredTest {
  readonly id: string
  readonly kind: Kind
  readonly outcome: Outcome
  /** One line; empty for a test that passed. */
  readonly reason: string
}

interface Count {
  readonly passed: number
  readonly total: number
}

export type Score = Readonly<Record<Kind, Count>>

const VERDICTS = {
  required: { passed: 'pass', failed: 'fail' },
  optimal: { passed: 'pass', failed: 'optional_fail' },
  check: { passed: 'yes', failed: 'no' },
} as const satisfies Record<Kind, Record<'passed' | 'failed', Outcome>>

/**
 * The verdict on a test, as the suite's `determineTestResult` reaches it: a test whose dependency did not pass says nothing,
 * whatever its own result. A cache that stores nothing would otherwise pass every test of what must not be reused.
 */
export function outcomeOf(tests: ReadonlyMap<string, SuiteTest>, id: string, results: Results): Outcome {
  const test = tests.get(id)
  const result = results[id]
  if (test === undefined || result === undefined) return 'untested'
  if (failedDependency(tests, test, results) !== undefined) return 'dependency_fail'
  if (result !== true && result[0] === 'Setup') return result[1] === 'retry' ? 'retry' : 'setup_fail'
  return VERDICTS[kindOf(test)][result === true ? 'passed' : 'failed']
}

/** The verdict on a test and the reason for it. */
export function scoreTest(
  tests: ReadonlyMap<string, SuiteTest>,
  test: SuiteTest,
  results: Results,
): ScoredTest {
  const outcome = outcomeOf(tests, test.id, results)
  return { id: test.id, kind: kindOf(test), outcome, reason: reasonFor(outcome, tests, test, results) }
}

/** Passes and totals for each kind. */
export function countScore(scored: readonly ScoredTest[]): Score {
  const count = (kind: Kind): Count => {
    const ofKind = scored.filter((test) => test.kind === kind)
    return { passed: ofKind.filter((test) => isPass(test.outcome)).length, total: ofKind.length }
  }
  return { required: count('required'), optimal: count('optimal'), check: count('check') }
}

export function isPass(outcome: Outcome): boolean {
  return outcome === 'pass' || outcome === 'yes'
}

function kindOf(test: SuiteTest): Kind {
  return test.kind ?? 'required'
}

/** The tests and all that they depend on, directly or not. */
export function withDependencies(
  tests: ReadonlyMap<string, SuiteTest>,
  ids: Iterable<string>,
): ReadonlySet<string> {
  const closure = new Set<string>()
  const visit = (id: string): void => {
    if (closure.has(id)) return
    closure.add(id)
    tests.get(id)?.depends_on?.forEach(visit)
  }
  for (const id of ids) visit(id)
  return closure
}

function failedDependency(
  tests: ReadonlyMap<string, SuiteTest>,
  test: SuiteTest,
  results: Results,
): string | undefined {
  return test.depends_on?.find((id) => !isPass(outcomeOf(tests, id, results)))
}

function reasonFor(
  outcome: Outcome,
  tests: ReadonlyMap<string, SuiteTest>,
  test: SuiteTest,
  results: Results,
): string {
  if (isPass(outcome)) return ''
  if (outcome === 'untested') return 'It was not run.'
  const dependency = failedDependency(tests, test, results)
  if (dependency !== undefined) return `It needs ${dependency}: ${outcomeOf(tests, dependency, results)}.`
  const result = results[test.id]
  if (result === undefined || result === true) return ''
  const [name, message] = result
  const text = name === 'Assertion' || name === 'Setup' ? message : `${name}: ${message}`
  return text.replaceAll(/\s+/g, ' ').trim()
}
