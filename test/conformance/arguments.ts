import { parseArgs } from 'node:util'
import { type Profile, SUBJECTS, type SubjectName } from './subjects.ts'
import { type Suite, proxyTests } from './suite.ts'

export interface ConformanceArguments {
  readonly subject: SubjectName
  readonly profile: Profile
  readonly id?: string
  readonly suite?: string
  /** A file for the whole result. */
  readonly json?: string
  readonly isVerbose: boolean
}

const PROFILES: readonly Profile[] = ['rfc9111', 'safe']

export const USAGE = `npm run conformance -- ${Object.keys(SUBJECTS).join(' | ')} [options]

  --profile ${PROFILES.join(' | ')}   of the subject "server" (rfc9111)
  --id ID                   one test, alone, with all that went over the wire
  --suite NAME              the tests of one suite
  --json FILE               writes every result there
  --verbose                 also the checks that say no, and what went over the wire when a test failed

The suite is the npm package http-cache-tests, or the checkout that CACHE_TESTS_DIR names.`

/** @throws Error that says which argument is wrong and what it may be */
export function parseConformanceArguments(args: readonly string[]): ConformanceArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      profile: { type: 'string', default: 'rfc9111' },
      id: { type: 'string' },
      suite: { type: 'string' },
      json: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const [subject = '', ...rest] = positionals
  if (!isOneOf(Object.keys(SUBJECTS) as SubjectName[], subject)) {
    throw new Error(
      `There is no subject ${JSON.stringify(subject)}. Take ${Object.keys(SUBJECTS).join(' or ')}.`,
    )
  }
  if (rest.length > 0) throw new Error(`Name one subject, not also ${JSON.stringify(rest.join(' '))}.`)
  if (!isOneOf(PROFILES, values.profile)) {
    throw new Error(`There is no profile ${JSON.stringify(values.profile)}. Take ${PROFILES.join(' or ')}.`)
  }
  if (values.id !== undefined && values.suite !== undefined)
    throw new Error('Give --id or --suite, not both.')
  return {
    subject,
    profile: values.profile,
    isVerbose: values.verbose,
    ...(values.id === undefined ? {} : { id: values.id }),
    ...(values.suite === undefined ? {} : { suite: values.suite }),
    ...(values.json === undefined ? {} : { json: values.json }),
  }
}

/**
 * The tests that `--id` or `--suite` choose; undefined for all.
 * @throws Error when the suite has no such test or no such part
 */
export function chooseTests(
  suite: Suite,
  { id, suite: name }: Pick<ConformanceArguments, 'id' | 'suite'>,
): readonly string[] | undefined {
  const tests = proxyTests(suite)
  if (id !== undefined) {
    if (tests.has(id)) return [id]
    const isForBrowsers = suite.sets.some((set) => set.tests.some((test) => test.id === id))
    throw new Error(
      isForBrowsers
        ? `The test ${JSON.stringify(id)} is for browsers only.`
        : `${suite.label} has no test ${JSON.stringify(id)}.`,
    )
  }
  if (name === undefined) return undefined
  const isNamed = (text: string): boolean => text.toLowerCase() === name.toLowerCase()
  const set = suite.sets.find((set) => isNamed(set.id) || isNamed(set.name))
  if (set === undefined) {
    const known = suite.sets.map((set) => set.id).join(', ')
    throw new Error(`${suite.label} has no suite ${JSON.stringify(name)}. It has ${known}.`)
  }
  return set.tests.map((test) => test.id).filter((id) => tests.has(id))
}

function isOneOf<T extends string>(values: readonly T[], value: string): value is T {
  return (values as readonly string[]).includes(value)
}
