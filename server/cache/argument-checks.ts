import { ThermoclineError, describeValue } from '../../policy/index.ts'

const LONGEST_TIMER_MS = 2_147_483_647

/** Checks the loader of a key, an entry or (without a name) a batch. Throws `option-invalid`. */
export function assertLoader(load: unknown, name?: string): void {
  if (typeof load === 'function') return
  throw new ThermoclineError(
    'option-invalid',
    `The loader of ${name === undefined ? 'a batch' : describeValue(name)} is ${describeValue(load)}. Give a function that loads what is missing.`,
  )
}

/** Checks what stands for the beginning of a load. Throws `option-invalid`. */
export function assertLoadStart(start: unknown): void {
  const { since, tick, beganAtMs } = (start ?? {}) as Record<string, unknown>
  if (typeof since === 'number' && typeof tick === 'number' && typeof beganAtMs === 'number') return
  throw new ThermoclineError(
    'option-invalid',
    `\`keep\` was given ${describeValue(start)} for the start of the load. Give what \`cache.beginLoad()\` returned before the load began.`,
  )
}

/** Checks a time to wait that is no lifetime. Throws `option-invalid`. */
export function assertTimeout(argument: string, ms: unknown): void {
  // A longer timer would fire at once.
  if (typeof ms === 'number' && Number.isInteger(ms) && ms >= 0 && ms <= LONGEST_TIMER_MS) return
  throw new ThermoclineError(
    'option-invalid',
    `\`${argument}\` is ${describeValue(ms)}. Give whole milliseconds from 0 to ${LONGEST_TIMER_MS}, such as 2_000.`,
  )
}
