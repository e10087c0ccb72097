import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from './free-port.ts'
import { waitUntil } from './wait-until.ts'

/** A `memcached` of a test's own, on a free loopback port, that it may freeze, kill and bring back empty. */
export class MemcachedServer {
  readonly port: number
  #process: ChildProcess

  private constructor(port: number, child: ChildProcess) {
    this.port = port
    this.#process = child
  }

  static async start(): Promise<MemcachedServer> {
    const port = await freePort()
    return new MemcachedServer(port, await launch(port))
  }

  /** For `new MemcacheClient({ server })`. */
  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** It stops answering, but its connections stay open. */
  freeze(): void {
    this.#process.kill('SIGSTOP')
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }

  async restart(): Promise<void> {
    await this.kill()
    this.#process = await launch(this.port)
  }
}

async function launch(port: number): Promise<ChildProcess> {
  // As root it asks for the name of a user to become; elsewhere it passes over that.
  const args = ['-l', '127.0.0.1', '-p', String(port), '-U', '0', '-m', '64', '-u', 'nobody']
  const child = spawn('memcached', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.resume()
  child.stderr.resume()
  child.on('error', (error) => {
    throw new Error('These tests need `memcached` on the PATH (Debian: apt-get install memcached).', {
      cause: error,
    })
  })
  await waitUntil(() => isOpen(port), 'memcached listens')
  return child
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
