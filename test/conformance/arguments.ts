import { parseArgs } from 'node:util'
import { type Profile, SUBJECTS, type Subject } from './subjects.ts'
import type { Suite } from './suite.ts'
import { WORKERS, type WorkerName } from './sw/workers.ts'

interface CommonArguments {
  readonly id?: string
  readonly suite?: string
  /** A file for the whole result. */
  readonly json?: string
  readonly isVerbose: boolean
}

interface ProxyArguments extends CommonArguments {
  readonly subject: keyof typeof SUBJECTS
  readonly profile: Profile
}

interface BrowserArguments extends CommonArguments {
  readonly subject: 'sw'
  readonly worker: WorkerName
  readonly workerFile?: string
  readonly pauseMs: number
}

export type ConformanceArguments = ProxyArguments | BrowserArguments

const PROFILES: readonly Profile[] = ['rfc9111', 'safe']
const WORKER_NAMES = Object.keys(WORKERS) as WorkerName[]
const NAMES = [...(Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[]), 'sw'] as const

export const USAGE = `npm run conformance -- ${NAMES.join(' | ')} [options]

  --profile ${PROFILES.join(' | ')}   of "server" (rfc9111)
  --subject ${WORKER_NAMES.join(' | ')}   what answers the page in "sw" (drop-in)
  --worker FILE             a build of the drop-in (dist/sw.js)
  --pause MS                before each further request of a test in "sw" (250)
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
      profile: { type: 'string' },
      subject: { type: 'string' },
      worker: { type: 'string' },
      pause: { type: 'string' },
      id: { type: 'string' },
      suite: { type: 'string' },
      json: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const [subject = '', ...rest] = positionals
  if (!isOneOf(NAMES, subject)) {
    throw new Error(`There is no subject ${JSON.stringify(subject)}. Take ${NAMES.join(' or ')}.`)
  }
  if (rest.length > 0) throw new Error(`Name one subject, not also ${JSON.stringify(rest.join(' '))}.`)
  const foreign = (
    subject === 'sw' ? (['profile'] as const) : (['subject', 'worker', 'pause'] as const)
  ).find((name) => values[name] !== undefined)
  if (foreign !== undefined) throw new Error(`--${foreign} is no option of ${JSON.stringify(subject)}.`)
  if (values.id !== undefined && values.suite !== undefined)
    throw new Error('Give --id or --suite, not both.')
  const common: CommonArguments = {
    isVerbose: values.verbose,
    ...(values.id === undefined ? {} : { id: values.id }),
    ...(values.suite === undefined ? {} : { suite: values.suite }),
    ...(values.json === undefined ? {} : { json: values.json }),
  }
  if (subject !== 'sw') return { subject, profile: parseProfile(values.profile), ...common }
  const worker = parseWorker(values.subject)
  if (values.worker !== undefined && worker !== 'drop-in')
    throw new Error(`--worker is a build of the drop-in, not of ${JSON.stringify(worker)}.`)
  return {
    subject,
    worker,
    pauseMs: parsePause(values.pause),
    ...(values.worker === undefined ? {} : { workerFile: values.worker }),
    ...common,
  }
}

function parseProfile(profile = 'rfc9111'): Profile {
  if (isOneOf(PROFILES, profile)) return profile
  throw new Error(`There is no profile ${JSON.stringify(profile)}. Take ${PROFILES.join(' or ')}.`)
}

function parseWorker(name = 'drop-in'): WorkerName {
  if (isOneOf(WORKER_NAMES, name)) return name
  throw new Error(`There is no worker ${JSON.stringify(name)}. Take ${WORKER_NAMES.join(' or ')}.`)
}

/** Workers store after they have answered: without a pause, what must not be reused is asked for before it could be. */
function parsePause(pause = '250'): number {
  if (/^\d+$/.test(pause)) return Number(pause)
  throw new Error(`--pause is ${JSON.stringify(pause)}. Write whole milliseconds.`)
}

/**
 * The tests that `--id` or `--suite` choose; undefined for all.
 * @throws Error when the suite has no such test or no such part
 */
export function chooseTests(
  suite: Suite,
  subject: Pick<Subject, 'name' | 'tests'>,
  { id, suite: name }: Pick<ConformanceArguments, 'id' | 'suite'>,
): readonly string[] | undefined {
  const tests = subject.tests(suite)
  if (id !== undefined) {
    if (tests.has(id)) return [id]
    const isForOthers = suite.sets.some((set) => set.tests.some((test) => test.id === id))
    throw new Error(
      isForOthers
        ? `The test ${JSON.stringify(id)} is not for the subject ${JSON.stringify(subject.name)}.`
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
