import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { HistoryEvent } from '../../server/testing/index.ts'
import type { Break } from './breaks.ts'
import { FaultProxy } from './fault-proxy.ts'

const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** What a worker is started with. */
export interface WorkerOptions {
  readonly name: string
  readonly redisPort: number
  readonly databaseUrl: string
  readonly seed: number
  readonly maxLagMs: number
  readonly break?: Break
}

type WorkerMessage =
  | { readonly type: 'ready' | 'done' }
  | { readonly type: 'events'; readonly events: readonly HistoryEvent[] }

export interface WorkerPlace extends Omit<WorkerOptions, 'redisPort'> {
  readonly redisPort: number
  readonly record: (events: readonly HistoryEvent[]) => void
  /** A worker ended that nobody had ended. */
  readonly onFailure: (error: Error) => void
}

/** One worker process with its own way to Redis. It may be killed and started again, under a new name each time. */
export class WorkerProcess {
  readonly proxy: FaultProxy
  readonly #place: WorkerPlace
  #child: ChildProcess | undefined
  #isExpectedToEnd = false
  #lives = 0

  private constructor(place: WorkerPlace, proxy: FaultProxy) {
    this.#place = place
    this.proxy = proxy
  }

  static async start(place: WorkerPlace): Promise<WorkerProcess> {
    const worker = new WorkerProcess(place, await FaultProxy.start(place.redisPort))
    await worker.#launch()
    return worker
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** As the kernel does when memory runs out; what it had not told is lost. */
  async killAndRestart(): Promise<void> {
    await this.kill()
    await this.#launch()
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#isExpectedToEnd = true
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** Lets it finish what it is at, and hand over all that it saw. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null) return
    this.#isExpectedToEnd = true
    const exited = once(child, 'exit')
    this.thaw()
    child.send({ type: 'stop' })
    await exited
  }

  async #launch(): Promise<void> {
    const { record, onFailure, redisPort: _, ...rest } = this.#place
    this.#lives += 1
    const name = `${rest.name}.${this.#lives}`
    const options: WorkerOptions = {
      ...rest,
      name,
      redisPort: this.proxy.port,
      seed: rest.seed + this.#lives * 1_000,
    }
    const child = fork(PROGRAM, [JSON.stringify(options)], {
      execArgv: ['--import', 'tsx'],
    })
    this.#child = child
    this.#isExpectedToEnd = false
    await new Promise<void>((resolve) => {
      child.on('message', (message: WorkerMessage) => {
        if (message.type === 'events') record(message.events)
        else resolve()
      })
      child.once('exit', (code, signal) => {
        if (!this.#isExpectedToEnd) onFailure(new Error(`The worker ${name} ended with ${signal ?? code}.`))
        resolve()
      })
    })
  }
}
