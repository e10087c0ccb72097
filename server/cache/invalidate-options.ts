import { type Duration, ThermoclineError, parseDuration, refuseUnknownOptions } from '../../policy/index.ts'
import { oneOf } from './option-checks.ts'

/** What an invalidation came to. */
export interface InvalidationResult {
  /** Whether the log has it, so that every process will hear of it. Otherwise it is queued until Redis is back. */
  readonly acknowledged: boolean
  /**
   * With `wait: 'fleet'`: the processes that had not heard of it in time, or `unknown` where there is no telling. Empty: every process
   * that is in touch with the log has let go. One that has been cut off for longer than `maxLagMs` is left out.
   * With `wait: 'edges'`: the same, and `edge NAME` for each edge that has not been purged.
   */
  readonly missing: readonly string[]
}

/** What holds copies outside the fleet and is told by it: CDNs and proxies. */
export interface EdgeWait {
  /** Resolves when all have been told of what stands in the log up to `seq`, or after `timeoutMs`, with the names of those that have not. Never rejects. */
  passedBy(seq: number, timeoutMs: number): Promise<readonly string[]>
}

/** For whom `invalidate` waits. */
export interface InvalidateOptions {
  /** `local`: until this process has let go and the log has it. `fleet`: until every living process has let go. `edges`: until the edges have as well. @default 'local' */
  readonly wait?: 'local' | 'fleet' | 'edges' | undefined
  /** How long to wait for the fleet; a process that died counts among it for `maxLagMs` and a quarter. @default '5s' */
  readonly timeout?: Duration | undefined
}

/** Throws `option-invalid` or `duration-invalid`. */
export function checkInvalidateOptions(
  options: InvalidateOptions,
  edges: EdgeWait | undefined,
): { readonly wait: 'local' | 'fleet' | 'edges'; readonly timeoutMs: number } {
  refuseUnknownOptions('`invalidate`', options, ['wait', 'timeout'])
  const wait = oneOf('wait', options.wait ?? 'local', ['local', 'fleet', 'edges'])
  if (wait === 'edges' && edges === undefined) {
    throw new ThermoclineError(
      'option-invalid',
      "`wait` is 'edges', and this cache knows of none. Give it to `createEdges()` first, or wait for 'fleet'.",
    )
  }
  return { wait, timeoutMs: parseDuration(options.timeout ?? 5_000, 'timeout') }
}
