import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { HistoryEvent } from '../../../server/testing/index.ts'
import { FaultProxy } from '../fault-proxy.ts'
import type { BrowserBreak } from './breaks.ts'
import type { RowSource } from './names.ts'

const PROGRAM = fileURLToPath(new URL('./origin.ts', import.meta.url))

/** What a server process is started with. */
export interface OriginOptions {
  readonly process: string
  readonly redisPort: number
  readonly databaseUrl: string
  /** The folder of `sw.js` and `client.js`. */
  readonly scripts: string
  readonly seed: number
  readonly maxLagMs: number
  readonly rows: RowSource
  readonly break?: BrowserBreak
}

/** `pause` ends its own writes; `change` has it change one row. */
export interface OriginCommand {
  readonly type: 'pause' | 'change'
  readonly key?: string
}

type OriginMessage =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'events'; readonly events: readonly HistoryEvent[] }

interface OriginPlace extends OriginOptions {
  readonly record: (events: readonly HistoryEvent[]) => void
  readonly onFailure: (error: Error) => void
}

/** One server process with its own way to Redis. */
export class OriginProcess {
  readonly proxy: FaultProxy
  /** 0 while it is dead. */
  port = 0
  readonly #place: OriginPlace
  #child: ChildProcess | undefined
  #isExpectedToEnd = false
  #lives = 0

  private constructor(place: OriginPlace, proxy: FaultProxy) {
    this.#place = place
    this.proxy = proxy
  }

  static async start(place: OriginPlace): Promise<OriginProcess> {
    const origin = new OriginProcess(place, await FaultProxy.start(place.redisPort))
    await origin.launch()
    return origin
  }

  tell(command: OriginCommand): void {
    this.#child?.send(command)
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.port = 0
    this.#isExpectedToEnd = true
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** Under another name each time: who was killed promised nothing. */
  async launch(): Promise<void> {
    const { record, onFailure, ...rest } = this.#place
    this.#lives += 1
    const options: OriginOptions = {
      ...rest,
      process: `${rest.process}.${this.#lives}`,
      redisPort: this.proxy.port,
      seed: rest.seed + this.#lives * 1_000,
    }
    const child = fork(PROGRAM, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] })
    this.#child = child
    this.#isExpectedToEnd = false
    await new Promise<void>((resolve) => {
      child.on('message', (message: OriginMessage) => {
        if (message.type === 'events') record(message.events)
        else {
          this.port = message.port
          resolve()
        }
      })
      child.once('exit', (code, signal) => {
        if (!this.#isExpectedToEnd)
          onFailure(new Error(`The server ${options.process} ended with ${signal ?? code}.`))
        resolve()
      })
    })
  }
}
