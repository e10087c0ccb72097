import type { RedisArgument } from '../redis-like.ts'
import type { FleetState } from './fleet-wait.ts'
import { type CompleteInvalidation, EVERYTHING, encodeInvalidation } from './invalidation.ts'
import { type LogEntry, readStream } from './log-entry.ts'
import { type LogKeys, logKeys } from './log-keys.ts'
import { APPEND_SCRIPT, BEAT_SCRIPT, BEGIN_SCRIPT, MEMBERS_SCRIPT } from './log-scripts.ts'

/** Sends a command, on whichever connection. */
export type Call = (command: string, ...args: RedisArgument[]) => Promise<unknown>

/** Where a process reads, and how far it has come. */
export interface Reading {
  /** The run of the server: another one after each start. */
  readonly run: string | undefined
  readonly cursor: number | undefined
}

export interface LogStoreOptions {
  readonly key: string
  readonly maxLength: number
  /** This process's name among the members, and for how many ms after a heartbeat it counts. */
  readonly member: string
  readonly memberMs: number
}

/** The log's commands, and what their replies mean. */
export class LogStore {
  readonly #options: LogStoreOptions
  readonly #keys: LogKeys

  constructor(options: LogStoreOptions) {
    this.#options = options
    this.#keys = logKeys(options.key)
  }

  /** Resolves with the number of the new entry, which is above `above`, and the run on which the log was begun there. */
  async append(
    call: Call,
    invalidation: CompleteInvalidation,
    above: number,
    isAwaited: boolean,
  ): Promise<{ readonly seq: number; readonly run: string }> {
    const { stream, epoch } = this.#keys
    const payload = encodeInvalidation(invalidation)
    const { maxLength } = this.#options
    const args = [payload, maxLength, above, isAwaited ? '1' : '']
    const reply = await call('EVAL', APPEND_SCRIPT, 2, stream, epoch, ...args)
    const [seq, run] = reply as [string, string]
    return { seq: Number(seq), run }
  }

  /** Finds out where to read on, on the server that has `run`; `floor` is absent where nothing was lost. */
  async begin(
    call: Call,
    run: string,
    before: Reading,
    above: number,
    isForced: boolean,
  ): Promise<{ readonly floor?: number; readonly cursor: number; readonly isNew: boolean }> {
    const { stream, epoch, members } = this.#keys
    const { maxLength, member, memberMs } = this.#options
    const everything = encodeInvalidation({ ...EVERYTHING, at: Date.now() })
    const there = [run, before.run ?? '', before.cursor ?? '']
    const args = [everything, maxLength, above, ...there, member, memberMs, isForced ? '1' : '']
    const reply = await call('EVAL', BEGIN_SCRIPT, 3, stream, epoch, members, ...args)
    const [floor, cursor, isNew] = reply as [string, string, string]
    return { cursor: Number(cursor), isNew: isNew === '1', ...(floor === '' ? {} : { floor: Number(floor) }) }
  }

  /** Which entries follow the cursor; waits for them up to `blockMs` where that is given. */
  async read(call: Call, cursor: number, count: number, blockMs?: number): Promise<LogEntry[]> {
    const block = blockMs === undefined ? [] : ['BLOCK', blockMs]
    return readStream(
      await call('XREAD', 'COUNT', count, ...block, 'STREAMS', this.#keys.stream, `${cursor}-0`),
    )
  }

  /** Says that this process is there and how far it has come; resolves with the number of the last entry, 0 where there is none. */
  async beat(call: Call, cursor: number): Promise<number> {
    const { member, memberMs } = this.#options
    const { stream, members } = this.#keys
    return Number(await call('EVAL', BEAT_SCRIPT, 2, stream, members, member, cursor, memberMs))
  }

  /** Says that this process will not come back. */
  async leave(call: Call): Promise<void> {
    await call('HDEL', this.#keys.members, this.#options.member)
  }

  async fleet(call: Call): Promise<FleetState & { readonly run: string }> {
    const { epoch, members } = this.#keys
    const reply = await call('EVAL', MEMBERS_SCRIPT, 2, epoch, members, this.#options.memberMs)
    const [run, unknownForMs, found] = reply as [string, string, string[]]
    const cursors = new Map<string, number>()
    for (let i = 0; i < found.length; i += 2) cursors.set(found[i] ?? '', Number(found[i + 1]))
    return { run, cursors, unknownForMs: Number(unknownForMs) }
  }
}
