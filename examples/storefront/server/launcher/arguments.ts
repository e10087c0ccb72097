import { parseArgs } from 'node:util'
import type { EdgeAddresses } from '../instance-config.ts'
import { databaseDir } from '../paths.ts'
import { maskUrl } from './mask-url.ts'
import { StartupError } from './startup-error.ts'

export interface LaunchOptions {
  /** The port of the first instance; 0 lets the system choose one for each. */
  readonly port: number
  readonly instances: number
  readonly host: string
  /** Whether the embedded data is wiped first. */
  readonly fresh: boolean
  /** Where the embedded database keeps its files. */
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  /** Whether a Redis server may be started where no `REDIS_URL` is given. */
  readonly privateRedis: boolean
  readonly edges: EdgeAddresses
}

export const USAGE = `Starts the storefront of the Thermocline examples.

  --port NUMBER       port of the first instance, 0 for any free one (4173)
  --instances NUMBER  server processes, each on the next port (1)
  --host ADDRESS      address to listen on (127.0.0.1)
  --fresh             wipes the embedded database first
  --data DIR          where the embedded database keeps its files
  --no-redis          starts no Redis server of its own: L1 alone
  --help              shows this

  DATABASE_URL        a PostgreSQL server to use instead of the embedded one
  REDIS_URL           a Redis server to use instead of a private one
  VARNISH_URL         a Varnish in front of the shop, to be purged: http://127.0.0.1:6081
  NGINX_URL           an nginx in front of the shop, to be purged: http://127.0.0.1:8080
`

const MOST_INSTANCES = 16

/** Reads the command line and the environment. Throws `StartupError`. `'help'` when that was asked for. */
export function readArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): LaunchOptions | 'help' {
  const values = parse(argv)
  if (values.help === true) return 'help'
  const port = readNumber('--port', values.port ?? '4173', 0, 65_535)
  const instances = readNumber('--instances', values.instances ?? '1', 1, MOST_INSTANCES)
  if (port + instances - 1 > 65_535) {
    throw new StartupError(
      `--port ${port} leaves no room for ${instances} instances below 65536. Choose a lower port.`,
    )
  }
  const host = values.host ?? '127.0.0.1'
  if (!/^[\w.:-]+$/.test(host)) {
    throw new StartupError(`--host is "${host}". Give an address such as 127.0.0.1 or 0.0.0.0.`)
  }
  const databaseUrl = environment['DATABASE_URL'] || undefined
  if (values.fresh === true && databaseUrl !== undefined) {
    throw new StartupError(
      '--fresh wipes the embedded database only, but DATABASE_URL is set. Leave one of the two out.',
    )
  }
  return {
    port,
    instances,
    host,
    fresh: values.fresh ?? false,
    dataDir: values.data ?? databaseDir,
    databaseUrl,
    redisUrl: environment['REDIS_URL'] || undefined,
    privateRedis: values['no-redis'] !== true,
    edges: {
      varnishUrl: readOrigin('VARNISH_URL', environment['VARNISH_URL']),
      nginxUrl: readOrigin('NGINX_URL', environment['NGINX_URL']),
    },
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        instances: { type: 'string' },
        host: { type: 'string' },
        fresh: { type: 'boolean' },
        data: { type: 'string' },
        'no-redis': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    // Its first sentence says what is wrong; the rest is about positional arguments, which there are none of.
    const [reason = ''] = (error as Error).message.split('. ')
    throw new StartupError(`${reason}. See --help for the arguments there are.`, { cause: error })
  }
}

function readNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new StartupError(`${name} is "${text}". Give a whole number from ${least} to ${most}.`)
}

/** Without the slash at its end. */
function readOrigin(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const { protocol = '', origin = '', href } = URL.canParse(text) ? new URL(text) : {}
  if (/^https?:$/.test(protocol) && href === `${origin}/`) return origin
  throw new StartupError(
    `${name} is "${maskUrl(text)}". Give where it listens, such as http://127.0.0.1:6081.`,
  )
}
