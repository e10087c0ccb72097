import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { InstanceConfig, InstanceMessage } from '../instance-config.ts'
import { portTaken } from './check-ports.ts'
import { StartupError } from './startup-error.ts'

const SCRIPT = fileURLToPath(new URL('../instance.js', import.meta.url))
const STOP_MS = 3_000

/** One server process. */
export class InstanceProcess {
  readonly #child: ChildProcess
  readonly #config: InstanceConfig
  #isStopping = false

  constructor(config: InstanceConfig) {
    this.#config = config
    // Nothing of the environment is for it; the URLs come over the channel.
    this.#child = fork(SCRIPT, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    const { number, instances } = config.description
    const prefix = instances === 1 ? '' : `[${number}] `
    for (const [from, to] of [
      [this.#child.stdout, process.stdout],
      [this.#child.stderr, process.stderr],
    ] as const) {
      if (from !== null) createInterface({ input: from }).on('line', (line) => to.write(`${prefix}${line}\n`))
    }
  }

  /** Resolves with the address once the instance answers requests. Rejects with `StartupError`. */
  async start(): Promise<string> {
    this.#child.send(this.#config)
    const ended = once(this.#child, 'exit').then((): InstanceMessage => {
      return { type: 'failed', code: undefined, message: `it ended with ${this.#howItEnded()}` }
    })
    const said = once(this.#child, 'message').then(([message]) => message as InstanceMessage)
    const message = await Promise.race([said, ended])
    if (message.type === 'failed') {
      const { host, port, description } = this.#config
      if (message.code === 'EADDRINUSE') throw portTaken(host, port)
      throw new StartupError(`Instance ${description.number} did not start: ${message.message}.`)
    }
    const address = `http://${addressable(this.#config.host)}:${message.port}/`
    const answer = await fetch(`${address}api/status`, { signal: AbortSignal.timeout(10_000) })
    if (answer.ok) return address
    throw new StartupError(
      `Instance ${this.#config.description.number} answers with status ${answer.status}.`,
    )
  }

  /** Resolves with what happened when the process ends without having been told to. */
  async unexpectedEnd(): Promise<string> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
    if (this.#isStopping) return new Promise(() => {})
    return `Instance ${this.#config.description.number} ended unexpectedly with ${this.#howItEnded()}.`
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    if (this.#child.connected) this.#child.disconnect()
    const inTime = await Promise.race([ended.then(() => true), delay(STOP_MS, false, { ref: false })])
    if (!inTime) this.#child.kill('SIGKILL')
    await ended
  }

  #howItEnded(): string {
    return this.#child.signalCode === null
      ? `exit code ${this.#child.exitCode}`
      : `signal ${this.#child.signalCode}`
  }
}

/** An address that a browser on this machine can open. */
function addressable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
