import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'

const MOST_ATTEMPTS = 3

/** A `redis-server` of a test's own, on a free loopback port, that it may freeze, kill and bring back. */
export class RedisServer {
  readonly port: number
  #process: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#process = child
  }

  static async start(): Promise<RedisServer> {
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort()
      try {
        return new RedisServer(port, await launch(port))
      } catch (error) {
        // Somebody else was quicker to take the port.
        if (attempt === MOST_ATTEMPTS) throw error
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** It stops answering, but its connections stay open: what a frozen machine looks like. */
  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }

  /** Comes back on the same port with nothing in it. */
  async restart(): Promise<void> {
    await this.kill()
    this.#process = await launch(this.port)
  }
}

async function launch(port: number): Promise<ChildProcess> {
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  child.stdout.resume()
  child.stderr.resume()
  child.on('error', (error) => {
    throw new Error('These tests need `redis-server` on the PATH (Debian: apt-get install redis-server).', {
      cause: error,
    })
  })
  const ended = once(child, 'exit').then((): never => {
    throw new Error(`redis-server ended before it answered on port ${port}.`)
  })
  // Later on it is killed, and nobody waits for this any more.
  ended.catch(() => {})
  const probe = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  probe.on('error', () => {})
  try {
    const info = await Promise.race([probe.info('server'), ended])
    const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1])
    if (pid !== child.pid) throw new Error(`Another Redis (process ${pid}) answers on port ${port}.`)
  } finally {
    probe.disconnect()
  }
  return child
}
