import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from './free-port.ts'

const MOST_ATTEMPTS = 3

/** A program of a test's own, on a loopback port, that it may kill and bring back on the same one. */
export class OwnProcess {
  readonly port: number
  readonly #launch: (port: number) => Promise<ChildProcess>
  #child: ChildProcess

  private constructor(port: number, child: ChildProcess, launch: (port: number) => Promise<ChildProcess>) {
    this.port = port
    this.#child = child
    this.#launch = launch
  }

  /** @param isReady - rejects or resolves to `false` until it answers. */
  static async start(
    program: string,
    argsOf: (port: number) => readonly string[] | Promise<readonly string[]>,
    isReady: (port: number) => Promise<boolean>,
  ): Promise<OwnProcess> {
    const launch = async (port: number) => launchOnce(program, await argsOf(port), () => isReady(port))
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort()
      try {
        return new OwnProcess(port, await launch(port), launch)
      } catch (error) {
        // Somebody else may have been quicker to take the port.
        if (attempt === MOST_ATTEMPTS) throw error
      }
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill(signal)
    await exited
  }

  /** Comes back on the same port. */
  async restart(): Promise<void> {
    await this.stop()
    this.#child = await this.#launch(this.port)
  }
}

async function launchOnce(
  program: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
    })
  }
  let failure: unknown
  child.on('error', (error) => {
    failure = error
  })
  // Once all is read that it has said.
  child.on('close', (code, signal) => {
    failure ??= new Error(`${program} has ended (${code ?? signal}).\n${said}`)
  })
  for (;;) {
    if (failure !== undefined) throw failure
    if (await isReady().catch(() => false)) return child
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
