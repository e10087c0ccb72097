import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { RedisProcess } from './redis-process.ts'
import { waitUntil } from './wait-until.ts'

const SLOTS = 16_384
const CACHE = '.cache'

export interface RedisClusterSize {
  readonly masters: number
  /** Given to the masters in turn. @default 0 */
  readonly replicas?: number
}

/** A Redis Cluster of a test's own, on free loopback ports, whose nodes it may freeze, kill and bring back. */
export class RedisCluster {
  /** The masters first, as they were at the start. */
  readonly nodes: readonly RedisProcess[]
  readonly #folder: string

  private constructor(nodes: readonly RedisProcess[], folder: string) {
    this.nodes = nodes
    this.#folder = folder
  }

  static async start({ masters, replicas = 0 }: RedisClusterSize): Promise<RedisCluster> {
    mkdirSync(CACHE, { recursive: true })
    const folder = mkdtempSync(join(CACHE, 'redis-cluster-'))
    const nodes: RedisProcess[] = []
    for (let i = 0; i < masters + replicas; i += 1) nodes.push(await node(folder))
    const cluster = new RedisCluster(nodes, folder)
    try {
      await Promise.all(nodes.map((one) => one.start()))
      await cluster.#form(masters)
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  /** For `new Cluster(...)`. */
  get startupNodes(): { host: string; port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /** The node that serves a key's slot, as those that are alive see it. */
  async masterOf(key: string): Promise<RedisProcess> {
    const port = await this.#askAny(async (client) => {
      const slot = await client.cluster('KEYSLOT', key)
      const ranges = await client.cluster('SLOTS')
      return ranges.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1]
    })
    return this.#nodeAt(port)
  }

  /** The replica of a master; throws where it has none. */
  async replicaOf(master: RedisProcess): Promise<RedisProcess> {
    const text = await this.#askAny((client) => client.cluster('NODES') as Promise<string>)
    const lines = text.split('\n').map((line) => line.split(' '))
    const portOf = (line?: readonly string[]) => Number(/:(\d+)@/.exec(line?.[1] ?? '')?.[1])
    const id = lines.find((line) => portOf(line) === master.port)?.[0]
    return this.#nodeAt(portOf(lines.find((line) => line[3] === id)))
  }

  /** Waits until every node that runs says that all slots are served and all replicas are linked. */
  async waitUntilOk(): Promise<void> {
    await Promise.all(
      this.nodes
        .filter((one) => one.isRunning)
        .map((one) => waitUntil(() => isOk(one), 'cluster_state:ok', 20_000)),
    )
  }

  /** Resolves when the process is gone; the others need about a second to replace it, if it had a replica. */
  kill(one: RedisProcess): Promise<void> {
    return one.kill()
  }

  /** It comes back empty, as a replica of whoever took its place. */
  restart(one: RedisProcess): Promise<void> {
    return one.restart()
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((one) => one.kill()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #form(masters: number): Promise<void> {
    for (const [index, one] of this.nodes.entries()) {
      await one.ask(async (client) => {
        await client.cluster('SET-CONFIG-EPOCH', index + 1)
        // Each with each: waiting for gossip takes longer.
        for (const other of this.nodes.slice(0, index)) {
          await client.cluster('MEET', '127.0.0.1', other.port, await busPortOf(other))
        }
        if (index >= masters) return
        const from = Math.ceil((SLOTS * index) / masters)
        const to = Math.ceil((SLOTS * (index + 1)) / masters) - 1
        await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
      })
    }
    await Promise.all(
      this.nodes.map((one) => waitUntil(() => knows(one, this.nodes.length), 'all nodes to meet')),
    )
    for (const [index, one] of this.nodes.slice(masters).entries()) {
      const master = this.nodes[index % masters] ?? one
      const id = await master.ask((client) => client.cluster('MYID'))
      await one.ask((client) => client.cluster('REPLICATE', id))
    }
    await this.waitUntilOk()
    const replicas = this.nodes.length - masters
    await Promise.all(
      this.nodes.map((one) => waitUntil(() => seesReplicas(one, replicas), 'all to know the replicas')),
    )
  }

  #askAny<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const alive = this.nodes.find((one) => one.isRunning)
    if (alive === undefined) throw new Error('No node of the cluster is running.')
    return alive.ask(work)
  }

  #nodeAt(port: number | undefined): RedisProcess {
    const found = this.nodes.find((one) => one.port === port)
    if (found === undefined) throw new Error(`No node of the cluster has the port ${port}.`)
    return found
  }
}

async function node(folder: string): Promise<RedisProcess> {
  const [port, busPort] = [await freePort(), await freePort()]
  const settings = {
    port,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    dir: folder,
    'cluster-enabled': 'yes',
    'cluster-config-file': `nodes-${port}.conf`,
    'cluster-port': busPort,
    'cluster-node-timeout': 500,
    // A replica that was cut off takes over too: what it lacks is what these tests are about.
    'cluster-replica-validity-factor': 0,
    'repl-diskless-sync-delay': 0,
  }
  return new RedisProcess(
    port,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
  )
}

function busPortOf(one: RedisProcess): Promise<string> {
  return one.ask(async (client) => (await client.config('GET', 'cluster-port'))[1] ?? '')
}

function infoOf(one: RedisProcess): Promise<string> {
  return one.ask((client) => client.cluster('INFO'))
}

async function isOk(one: RedisProcess): Promise<boolean> {
  if (!(await infoOf(one)).includes('cluster_state:ok')) return false
  return !(await one.ask((client) => client.info('replication'))).includes('master_link_status:down')
}

async function knows(one: RedisProcess, count: number): Promise<boolean> {
  const text = await one.ask((client) => client.cluster('NODES') as Promise<string>)
  const lines = text.trim().split('\n')
  return lines.length === count && lines.every((line) => !/handshake|noaddr|disconnected/.test(line))
}

async function seesReplicas(one: RedisProcess, count: number): Promise<boolean> {
  const text = await one.ask((client) => client.cluster('NODES') as Promise<string>)
  return (text.match(/\bslave\b/g)?.length ?? 0) === count
}
