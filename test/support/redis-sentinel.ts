import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { RedisProcess } from './redis-process.ts'
import { waitUntil } from './wait-until.ts'

const CACHE = '.cache'
const NAME = 'main'

/** One master, one replica and the sentinels that watch them, on free loopback ports. */
export class RedisSentinel {
  readonly data: readonly RedisProcess[]
  readonly sentinels: readonly RedisProcess[]
  readonly #folder: string

  private constructor(data: readonly RedisProcess[], sentinels: readonly RedisProcess[], folder: string) {
    this.data = data
    this.sentinels = sentinels
    this.#folder = folder
  }

  static async start({ sentinels = 1 }: { readonly sentinels?: 1 | 2 | 3 } = {}): Promise<RedisSentinel> {
    mkdirSync(CACHE, { recursive: true })
    const folder = mkdtempSync(join(CACHE, 'redis-sentinel-'))
    const [masterPort, replicaPort] = [await freePort(), await freePort()]
    const master = dataNode(masterPort, folder)
    const data = [master, dataNode(replicaPort, folder, masterPort)]
    const watching: RedisProcess[] = []
    for (let i = 0; i < sentinels; i += 1) watching.push(await sentinel(folder, masterPort, sentinels))
    const started = new RedisSentinel(data, watching, folder)
    try {
      await Promise.all(data.map((one) => one.start()))
      await waitUntil(() => isLinked(master), 'the replica to be linked')
      await Promise.all(watching.map((one) => one.start()))
      await Promise.all(
        watching.map((one) => waitUntil(() => seesAll(one, sentinels), 'the sentinels to see all')),
      )
    } catch (error) {
      await started.stop()
      throw error
    }
    return started
  }

  /** For `new Redis(...)`. */
  get options(): { sentinels: { host: string; port: number }[]; name: string } {
    return { sentinels: this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port })), name: NAME }
  }

  /** The one that the sentinels call the master. */
  async master(): Promise<RedisProcess> {
    const alive = this.sentinels.find((one) => one.isRunning)
    const address = (await alive?.ask((client) =>
      client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME),
    )) as readonly string[] | undefined
    const found = this.data.find(({ port }) => String(port) === address?.[1])
    if (found === undefined) throw new Error(`The sentinels know no master of ours: ${String(address)}.`)
    return found
  }

  kill(one: RedisProcess): Promise<void> {
    return one.kill()
  }

  /** It comes back empty; the sentinels then make it a replica of whoever took its place. */
  restart(one: RedisProcess): Promise<void> {
    return one.restart()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.data].map((one) => one.kill()))
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function dataNode(port: number, folder: string, masterPort?: number): RedisProcess {
  const settings = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  const replica = masterPort === undefined ? [] : ['--replicaof', '127.0.0.1', masterPort]
  return new RedisProcess(port, [...settings, '--repl-diskless-sync-delay', 0, ...replica].map(String))
}

async function sentinel(folder: string, masterPort: number, count: number): Promise<RedisProcess> {
  const port = await freePort()
  const file = join(folder, `sentinel-${port}.conf`)
  // A sentinel writes what it learns into its own configuration.
  writeFileSync(
    file,
    `port ${port}
bind 127.0.0.1
sentinel monitor ${NAME} 127.0.0.1 ${masterPort} ${Math.floor(count / 2) + 1}
sentinel down-after-milliseconds ${NAME} 500
sentinel failover-timeout ${NAME} 3000
`,
  )
  return new RedisProcess(port, [file, '--sentinel'])
}

async function isLinked(master: RedisProcess): Promise<boolean> {
  return (await master.ask((client) => client.info('replication'))).includes('state=online')
}

async function seesAll(one: RedisProcess, count: number): Promise<boolean> {
  const text = await one.ask((client) => client.info('sentinel'))
  return text.includes(`slaves=1,sentinels=${count}`) && text.includes('status=ok')
}
