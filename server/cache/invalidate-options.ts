import { type Duration, parseDuration, refuseUnknownOptions } from '../../policy/index.ts'
import { oneOf } from './option-checks.ts'

/** What an invalidation came to. */
export interface InvalidationResult {
  /** Whether the log has it, so that every process will hear of it. Otherwise it is queued until Redis is back. */
  readonly acknowledged: boolean
  /**
   * With `wait: 'fleet'`: the processes that had not heard of it in time, or `unknown` where there is no telling. Empty: every process
   * that is in touch with the log has let go. One that has been cut off for longer than `maxLagMs` is left out.
   */
  readonly missing: readonly string[]
}

/** For whom `invalidate` waits. */
export interface InvalidateOptions {
  /** `local`: until this process has let go and the log has it. `fleet`: until every living process has let go. @default 'local' */
  readonly wait?: 'local' | 'fleet' | undefined
  /** How long to wait for the fleet; a process that died counts among it for `maxLagMs` and a quarter. @default '5s' */
  readonly timeout?: Duration | undefined
}

/** Throws `option-invalid` or `duration-invalid`. */
export function checkInvalidateOptions(options: InvalidateOptions): {
  isFleetWide: boolean
  timeoutMs: number
} {
  refuseUnknownOptions('`invalidate`', options, ['wait', 'timeout'])
  const isFleetWide = oneOf('wait', options.wait ?? 'local', ['local', 'fleet']) === 'fleet'
  return { isFleetWide, timeoutMs: parseDuration(options.timeout ?? 5_000, 'timeout') }
}
