import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { own, stop } from '../http/children.ts'
import type { Answers, Reply, Request } from './messages.ts'
import type { Opening } from './subject.ts'
import type { SubjectName } from './subjects.ts'

const PROGRAM = fileURLToPath(new URL('./subject-process.ts', import.meta.url))
const ANSWER_LIMIT_MS = 1_200_000

/** One subject in a process of its own. */
export class BenchProcess {
  readonly name: SubjectName
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #asked = 0

  private constructor(name: SubjectName) {
    this.name = name
    this.#child = own(
      fork(PROGRAM, [name], {
        execArgv: [...process.execArgv, '--expose-gc'],
        env: { ...process.env, NODE_ENV: 'production' },
        // Libraries that print what goes wrong would print over the tables; what they do is what is measured.
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
    )
    this.#child.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.(reply))
    this.#child.on('exit', (code, signal) => {
      const error = `${name} ended with ${signal ?? code}`
      for (const [id, settle] of this.#waiting) settle({ id, error })
    })
  }

  static async start(name: SubjectName): Promise<BenchProcess> {
    const subject = new BenchProcess(name)
    await subject.#reply(0)
    return subject
  }

  /** Starts a subject and opens it. Rejects where it has no such tiers. */
  static async open(name: SubjectName, opening: Opening): Promise<BenchProcess> {
    const subject = await BenchProcess.start(name)
    if (await subject.ask({ do: 'open', opening })) return subject
    await subject.stop()
    throw new Error(`${name} has no ${opening.tiers} to open.`)
  }

  /** Rejects with what was thrown there. */
  async ask<R extends Request>(request: R): Promise<Answers[R['do']]> {
    this.#asked += 1
    const reply = this.#reply(this.#asked)
    this.#child.send({ id: this.#asked, request })
    const { answer, error } = await reply
    if (error !== undefined) throw new Error(error)
    return answer as Answers[R['do']]
  }

  /** Stands still, as a process does in a long collection or on a machine that is being moved. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** Dies without a word, as when memory runs out. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  stop(): Promise<void> {
    this.resume()
    return stop(this.#child)
  }

  #reply(id: number): Promise<Reply> {
    return new Promise((resolve) => {
      const settle = (reply: Reply): void => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        resolve(reply)
      }
      const timer = setTimeout(() => settle({ id, error: 'did not answer in time' }), ANSWER_LIMIT_MS)
      this.#waiting.set(id, settle)
    })
  }
}
