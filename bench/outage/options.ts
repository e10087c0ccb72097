import { parseArgs } from 'node:util'
import type { SubjectName } from '../cache/subjects.ts'
import { chooseCaches, wholeNumber } from '../fleet/options.ts'

/** What is done to Redis. */
export type Phase = 'frozen' | 'killed' | 'slow'

export interface OutageBenchOptions {
  readonly names: readonly SubjectName[]
  readonly phases: readonly Phase[]
  readonly calmSeconds: number
  readonly faultSeconds: number
  readonly requestsPerSecond: number
  /** Whether a goal that is not met fails the run. */
  readonly isStrict: boolean
}

const PHASES: readonly Phase[] = ['frozen', 'killed', 'slow']

/**
 * Reads `--only NAME --phase NAME --seconds N --rate N --strict --quick`. Throws a `TypeError` for any other, a `RangeError` for a
 * wrong value.
 */
export function parseOutageOptions(args: readonly string[]): OutageBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      phase: { type: 'string', multiple: true },
      seconds: { type: 'string' },
      rate: { type: 'string', default: '1000' },
      strict: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
    },
  })
  const unknown = values.phase?.find((name) => !PHASES.some((known) => known === name))
  if (unknown !== undefined) {
    throw new RangeError(`--phase is ${JSON.stringify(unknown)}. Give one of: ${PHASES.join(', ')}.`)
  }
  const faultSeconds = wholeNumber('--seconds', values.seconds ?? (values.quick ? '3' : '10'))
  return {
    names: chooseCaches(values.only),
    phases: PHASES.filter((phase) => values.phase?.includes(phase) ?? true),
    // Enough to compare with.
    calmSeconds: Math.min(60, Math.ceil(faultSeconds / 2)),
    faultSeconds,
    requestsPerSecond: wholeNumber('--rate', values.rate),
    isStrict: values.strict,
  }
}
