import type { Redis } from 'ioredis'

/** What Redis has done, as it counts it itself. */
export interface RedisCounts {
  /** Commands by name, subcommands with a `|`. */
  readonly commands: ReadonlyMap<string, number>
  /** Reads from sockets: with one request at a time, one for each round trip, however many commands it carries. */
  readonly reads: number
}

/** What clients send of themselves: connecting, staying alive, listening. Not part of an operation. */
const HOUSEKEEPING =
  /^(info|ping|hello|auth|select|client|command|config|x?read|xread|p?subscribe|psync)(\||$)/

export async function readCounts(redis: Redis): Promise<RedisCounts> {
  return parseInfo(`${await redis.info('commandstats')}\n${await redis.info('stats')}`)
}

/** Reads what `INFO commandstats` and `INFO stats` print. */
export function parseInfo(text: string): RedisCounts {
  const commands = new Map<string, number>()
  for (const [, name = '', calls = ''] of text.matchAll(/^cmdstat_([^:\s]+):calls=(\d+)/gm)) {
    commands.set(name, Number(calls))
  }
  const [, reads = '0'] = /^total_reads_processed:(\d+)/m.exec(text) ?? []
  return { commands, reads: Number(reads) }
}

/** Commands between two counts that are not housekeeping. */
export function commandsBetween(before: RedisCounts, after: RedisCounts): number {
  let sum = 0
  for (const [name, calls] of after.commands) {
    if (!HOUSEKEEPING.test(name)) sum += calls - (before.commands.get(name) ?? 0)
  }
  return sum
}
