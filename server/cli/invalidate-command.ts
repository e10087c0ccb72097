import { env } from 'node:process'
import { Command, Option } from 'commander'
import type { InvalidationResult } from '../cache/invalidate-options.ts'
import { printable, printableText } from './access-log.ts'
import { collectText, parseOrigin, parseTimeout, parseUrl } from './arguments.ts'
import { CommandError } from './fail.ts'
import { invalidateByEndpoint } from './invalidate-by-endpoint.ts'
import { invalidateByRedis } from './invalidate-by-redis.ts'

/** What the command was asked for. */
export interface InvalidationRequest {
  readonly keys: readonly string[]
  readonly groups: readonly string[]
  readonly prefixes: readonly string[]
  readonly urls: readonly string[]
  readonly mode: 'delete' | 'expire'
  readonly wait: 'local' | 'fleet' | 'edges'
  readonly timeoutMs: number
}

interface InvalidateFlags {
  readonly group?: readonly string[]
  readonly key?: readonly string[]
  readonly url?: readonly string[]
  readonly prefix?: readonly string[]
  readonly expire?: true
  readonly wait: InvalidationRequest['wait']
  readonly timeout: number
  readonly redis?: string
  readonly namespace?: string
  readonly endpoint?: string
  readonly origin?: string
  readonly tokenEnv: string
}

/** `thermocline invalidate`: has every process let go of something. */
export function invalidateCommand(): Command {
  return new Command('invalidate')
    .summary('let go of what is cached, in every process')
    .description(
      'Has every process, and whoever follows them, let go of groups, keys and URLs. What to name may be given more than once.',
    )
    .option('--group <name>', 'a group, such as product-42', collectText)
    .option('--key <key>', 'a key of the tiered cache', collectText)
    .option('--url <url>', 'an absolute URL; with --endpoint also a path of --origin', collectText)
    .option('--prefix <prefix>', 'all keys that begin so; an empty one is everything', collectText)
    .option('--expire', 'stale from now on, in place of gone')
    .addOption(
      new Option('--wait <whom>', 'the log, every process, or the edges as well')
        .choices(['local', 'fleet', 'edges'])
        .default('fleet'),
    )
    .addOption(
      new Option('--timeout <seconds>', 'how long to wait').argParser(parseTimeout).default(5_000, '5'),
    )
    .option('--redis <url>', "the application's Redis (needs ioredis)", parseUrl('redis', 'rediss'))
    .option('--namespace <name>', "the cache's namespace, if it has one of its own")
    .option(
      '--endpoint <url>',
      'in place of --redis: where invalidationEndpoint() is',
      parseUrl('http', 'https'),
    )
    .option(
      '--origin <url>',
      "with --endpoint: the site whose groups and paths are meant, https://shop.example; else the endpoint's own",
      parseOrigin,
    )
    .option('--token-env <name>', 'the variable that has the token for it', 'THERMOCLINE_TOKEN')
    .addHelpText(
      'after',
      '\nIt has failed where somebody who was waited for is not known to have let go.\n' +
        '\nExample:\n  $ thermocline invalidate --group product-42 --redis redis://127.0.0.1:6379 --namespace shop',
    )
    .action((flags: InvalidateFlags) => run(flags))
}

async function run(flags: InvalidateFlags): Promise<void> {
  const { group: groups = [], key: keys = [], url: urls = [], prefix: prefixes = [] } = flags
  const { redis, endpoint, origin } = flags
  const mode = flags.expire === true ? 'expire' : 'delete'
  const asked = { groups, keys, urls, prefixes, mode, wait: flags.wait, timeoutMs: flags.timeout } as const
  if ([...groups, ...keys, ...urls, ...prefixes].length === 0) {
    throw new CommandError('nothing to invalidate. Name a --group, --key, --url or --prefix', 2)
  }
  if ((redis === undefined) === (endpoint === undefined)) {
    throw new CommandError('give either --redis or --endpoint', 2)
  }
  if (endpoint === undefined && origin !== undefined) {
    throw new CommandError('--origin goes with --endpoint. By --redis give absolute URLs', 2)
  }
  const result =
    redis === undefined
      ? await invalidateByEndpoint(
          asked,
          { endpoint: endpoint ?? '', ...(origin === undefined ? {} : { origin }) },
          tokenIn(flags.tokenEnv),
          (line) => console.error(`thermocline: ${line}`),
        )
      : await invalidateByRedis(asked, redis, flags.namespace)
  console.log(report(asked, result))
}

function tokenIn(name: string): string {
  const token = env[name]
  if (token !== undefined && token !== '') return token
  throw new CommandError(
    `the variable ${printable(name)} has no token. Set it, or name another with --token-env`,
    2,
  )
}

/** One line on what came of it. Throws where that is not all that was asked for. */
function report(asked: InvalidationRequest, { acknowledged, missing }: InvalidationResult): string {
  const what = `${asked.mode === 'expire' ? 'Expired' : 'Deleted'} ${describe(asked)}.`
  if (!acknowledged) throw new CommandError(`The log did not take it: ${describe(asked)}. Try again`)
  if (missing.length > 0) {
    const names = missing.map(printableText).join(', ')
    throw new CommandError(`${what} Not known to have let go within ${asked.timeoutMs / 1_000} s: ${names}`)
  }
  if (asked.wait === 'local') return `${what} The log has it.`
  return `${what} Every process ${asked.wait === 'edges' ? 'and edge ' : ''}has let go.`
}

const LONGEST_LIST = 3

/** What was named, in words: the first few, and how many more. */
function describe({ groups, keys, prefixes, urls }: InvalidationRequest): string {
  const names = [
    ...groups.map((name) => `group ${printable(name)}`),
    ...keys.map((name) => `key ${printable(name)}`),
    ...prefixes.map((name) => (name === '' ? 'everything' : `keys that begin with ${printable(name)}`)),
    ...urls.map((name) => printable(name)),
  ]
  const more = names.length - LONGEST_LIST
  const first = names.slice(0, LONGEST_LIST).join(', ')
  return more > 0 ? `${first} and ${more} more` : first
}
