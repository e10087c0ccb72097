import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { RedisServer } from '../test/support/redis-server.ts'

const MAIN = join(import.meta.dirname, '..', 'examples', 'storefront', 'dist', 'server', 'main.js')

export interface ShopOptions {
  /** Of the first process; the other one has the next. @default any that are free */
  readonly port?: number | undefined
  /** What else stands in the launcher's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** A storefront of a test's own: two server processes, a database and a Redis that nobody else uses. */
export class Shop {
  readonly redis: RedisServer
  /** The address of each server process, without the slash at the end. */
  readonly urls: readonly [string, string]
  readonly #process: ChildProcess
  readonly #dataDir: string

  private constructor(
    redis: RedisServer,
    urls: readonly [string, string],
    child: ChildProcess,
    dataDir: string,
  ) {
    this.redis = redis
    this.urls = urls
    this.#process = child
    this.#dataDir = dataDir
  }

  /** @param databaseUrl - a PostgreSQL server in place of the database that the storefront brings. */
  static async open(databaseUrl?: string, { port = 0, env = {} }: ShopOptions = {}): Promise<Shop> {
    const redis = await RedisServer.start()
    const dataDir = await mkdtemp(join(tmpdir(), 'thermocline-shop-'))
    const { DATABASE_URL: _, VARNISH_URL: __, NGINX_URL: ___, ...inherited } = process.env
    const environment = databaseUrl === undefined ? inherited : { ...inherited, DATABASE_URL: databaseUrl }
    const args = [MAIN, '--port', String(port), '--instances', '2', '--data', dataDir]
    const child = spawn(process.execPath, args, {
      env: { ...environment, ...env, REDIS_URL: redis.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    const urls: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      output += `${line}\n`
      const url = /Storefront ready at (http:\S+?)\/?$/.exec(line)?.[1]
      if (url !== undefined) urls.push(url)
      if (urls.length === 2) break
    }
    const [first, second] = urls
    if (first === undefined || second === undefined)
      throw new Error(`The storefront did not start:\n${output}`)
    // From here on nobody reads it, and a full pipe would stop the shop.
    child.stdout.resume()
    return new Shop(redis, [first, second], child, dataDir)
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    await exited
    await this.redis.kill()
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}
