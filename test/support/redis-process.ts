import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'

/** One `redis-server` among several. It can be frozen, killed and brought back with what it had on disk. */
export class RedisProcess {
  readonly port: number
  readonly #args: readonly string[]
  #child: ChildProcess | undefined

  constructor(port: number, args: readonly string[]) {
    this.port = port
    this.#args = args
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  async start(): Promise<void> {
    const child = spawn('redis-server', this.#args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)))
    child.stderr.resume()
    const ended = Promise.race([
      once(child, 'error').then(([error]) => {
        throw new Error(
          'These tests need `redis-server` on the PATH (Debian: apt-get install redis-server).',
          {
            cause: error,
          },
        )
      }),
      once(child, 'exit').then(() => {
        throw new Error(`redis-server on port ${this.port} ended at once: ${said}`)
      }),
    ])
    // Later on it is killed, and nobody waits for this any more.
    ended.catch(() => {})
    const probe = new Redis(this.port, '127.0.0.1', {
      retryStrategy: () => 20,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    })
    probe.on('error', () => {})
    try {
      await Promise.race([probe.ping(), ended])
    } finally {
      probe.disconnect()
    }
  }

  /** It stops answering, but its connections stay open: what a frozen machine looks like. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || !this.isRunning) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  /** Cuts its replicas off: what it takes from now on is not passed on, as long as they are frozen. */
  async dropReplicas(): Promise<void> {
    await this.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'replica'))
  }

  /** Runs commands on this very process, whatever a cluster would say. */
  async ask<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.port, '127.0.0.1', { retryStrategy: () => 20, enableReadyCheck: false })
    client.on('error', () => {})
    try {
      return await work(client)
    } finally {
      client.disconnect()
    }
  }
}
