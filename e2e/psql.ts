import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A `psql` that somebody has open beside the shop. */
export class Psql {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(url: string) {
    this.#child = spawn('psql', ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', url], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    if (this.#child.stdout === null) throw new Error('psql has no output.')
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Runs a statement; resolves with when it was committed, in ms since the epoch by the server's clock. */
  async run(statement: string): Promise<number> {
    this.#child.stdin?.write(`${statement};\nSELECT extract(epoch FROM clock_timestamp()) * 1000;\n`)
    const { value } = (await this.#lines.next()) as { value?: string }
    return Number(value)
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.stdin?.end()
    await exited
  }
}
