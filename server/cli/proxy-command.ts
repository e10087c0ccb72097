import { Command, Option } from 'commander'
import type { Profile } from '../../policy/index.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import type { ForwardFailure } from '../proxy/forwarder-options.ts'
import { createReverseProxy } from '../proxy/reverse-proxy.ts'
import { logAccess, printable, printablePath } from './access-log.ts'
import { parseBytes, parsePort, parseUrl } from './arguments.ts'
import { type OwnRedis, connectRedis } from './connect-redis.ts'
import { CommandError } from './fail.ts'
import { stopOnSignals } from './shutdown.ts'

interface ProxyFlags {
  readonly origin?: string
  readonly port: number
  readonly host: string
  readonly profile: Profile
  readonly redis?: string
  readonly namespace?: string
  readonly maxBody?: number
  readonly trustProxy?: true
  readonly quiet?: true
}

/** `thermocline proxy`: an HTTP cache in front of an origin. */
export function proxyCommand(): Command {
  return new Command('proxy')
    .summary('run an HTTP cache in front of a server')
    .description('Runs an HTTP cache (RFC 9111) in front of a server in any language.')
    .addOption(
      new Option(
        '--origin <url>',
        'the server, as scheme, host and port: http://127.0.0.1:8000 (needed)',
      ).argParser(parseUrl('http', 'https')),
    )
    .option('--port <number>', 'port to listen on, 0 for any free one', parsePort, 8_080)
    .option('--host <address>', 'address to listen on, 0.0.0.0 for all', '127.0.0.1')
    .addOption(
      new Option('--profile <name>', 'the letter of the RFC, or safe for users')
        .choices(['safe', 'rfc9111'])
        .default('safe'),
    )
    .option(
      '--redis <url>',
      'Redis to share with other processes (needs ioredis)',
      parseUrl('redis', 'rediss'),
    )
    .option('--namespace <name>', 'goes before every key in Redis')
    .option('--max-body <bytes>', 'pass longer bodies on without keeping them, such as 10mb', parseBytes)
    .option('--trust-proxy', 'believe the X-Forwarded-* of clients, which are proxies of yours')
    .option('--quiet', 'no line for each request')
    .addHelpText(
      'after',
      '\nSIGINT and SIGTERM let running requests finish, for 10 seconds at most; a second one stops at once.\n' +
        '\nExample:\n  $ thermocline proxy --origin http://127.0.0.1:8000 --port 8080',
    )
    .action((flags: ProxyFlags) => runProxy(flags))
}

async function runProxy(flags: ProxyFlags): Promise<void> {
  const { origin } = flags
  // Not left to commander, which would name it before an option that is only misspelt.
  if (origin === undefined) {
    throw new CommandError(
      "required option '--origin <url>' not specified. Give the server: http://127.0.0.1:8000",
      2,
    )
  }
  const warn = (line: string): void => console.error(`thermocline: ${line}`)
  const redis: OwnRedis | undefined =
    flags.redis === undefined ? undefined : await connectRedis(flags.redis, warn)
  try {
    const cache = createTieredCache({
      ...(redis === undefined ? {} : { redis: redis.client }),
      ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    })
    const proxy = createReverseProxy({
      origin,
      cache,
      profile: flags.profile,
      trustProxy: flags.trustProxy ?? false,
      onFailure: (failure) => warn(describeForwardFailure(failure)),
      ...(flags.maxBody === undefined ? {} : { maxBodyBytes: flags.maxBody }),
    })
    if (flags.quiet !== true) logAccess(proxy.server, (line) => console.log(line))
    const stop = async (): Promise<void> => {
      await proxy.close()
      await cache.close()
      redis?.close()
    }
    try {
      const url = await proxy.listen(flags.port, flags.host)
      stopOnSignals(stop, warn)
      console.log(`Listening at ${url}, in front of ${new URL(origin).origin}`)
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    redis?.close()
    throw error
  }
}

function describeForwardFailure({ type, method, path, error }: ForwardFailure): string {
  const what = {
    unreachable: 'the origin gave no answer',
    timeout: 'the origin took too long',
    broken: 'the answer of the origin broke off',
  }[type]
  return `${method} ${printablePath(path)}: ${what}: ${printable((error as NodeJS.ErrnoException).code ?? error.name)}`
}
