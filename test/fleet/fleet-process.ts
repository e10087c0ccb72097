import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../support/wait-until.ts'
import type { FleetOptions, Order, Question, Told, Word } from './messages.ts'

const PROGRAM = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** One process of a fleet, as its parent sees it. */
export class FleetProcess {
  /** The keys of the loads that it began. */
  readonly loads: string[] = []
  /** What its cache said of leases, by key. */
  readonly leases: { readonly key: string; readonly outcome: string }[] = []
  readonly #child: ChildProcess
  readonly #told = new Map<number, (told: Told) => void>()
  #isReady = false
  #asked = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (word: Word) => this.#hear(word))
  }

  static async start(options: FleetOptions): Promise<FleetProcess> {
    const started = new FleetProcess(
      fork(PROGRAM, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] }),
    )
    await waitUntil(() => started.#isReady, 'a process to be ready', 60_000)
    return started
  }

  /** Resolves when all its callers have been told. */
  ask(question: Question): Promise<Told> {
    this.#asked += 1
    const id = this.#asked
    this.#send({ id, question })
    return new Promise((resolve) => {
      this.#told.set(id, resolve)
    })
  }

  hasHeard(key: string, outcome: string): boolean {
    return this.leases.some((lease) => lease.key === key && lease.outcome === outcome)
  }

  /** Lets a held load go on, if it is here that it runs. */
  goOn(key: string): void {
    this.#send({ goOn: key })
  }

  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    await this.#end(() => this.#child.kill('SIGKILL'))
  }

  async close(): Promise<void> {
    this.resume()
    await this.#end(() => this.#send('close'))
  }

  async #end(how: () => void): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    how()
    await exited
  }

  #hear(word: Word): void {
    if (word.type === 'ready') this.#isReady = true
    else if (word.type === 'load') this.loads.push(word.key)
    else if (word.type === 'lease') this.leases.push(word)
    else this.#told.get(word.id)?.(word.told)
  }

  #send(order: Order): void {
    this.#child.send(order)
  }
}
