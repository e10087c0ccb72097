import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AdapterName } from './adapters.ts'
import { own, stop } from './children.ts'
import type { Memory, Message, Question } from './messages.ts'

const START_LIMIT_MS = 20_000
const PROGRAM = fileURLToPath(new URL('./subject-process.ts', import.meta.url))

/** A server that runs in a process of its own. */
export interface RunningSubject {
  /** Of the server, without a path. */
  readonly url: string
  /** How often its handler has run since it started. */
  calls(): Promise<number>
  stop(): Promise<void>
}

/** A subject that is a Node process, and can say what memory it holds. */
export interface NodeSubject extends RunningSubject {
  memory(): Promise<Memory>
}

/** Starts a Node subject, or resolves with the reason why it can't be measured. */
export async function startNode(name: AdapterName): Promise<NodeSubject | string> {
  const child = own(
    fork(PROGRAM, [name], {
      execArgv: [...process.execArgv, '--expose-gc'],
      env: { ...process.env, NODE_ENV: 'production' },
    }),
  )
  const first = await next(child)
  if (first.type === 'absent') {
    await stop(child)
    return first.why
  }
  if (first.type !== 'listening') throw new Error(`${name} said ${first.type} before it listened.`)
  return {
    url: `http://127.0.0.1:${first.port}`,
    calls: async () => {
      const message = await ask(child, 'calls')
      return message.type === 'calls' ? message.calls : Number.NaN
    },
    memory: async () => {
      const message = await ask(child, 'memory')
      if (message.type !== 'memory')
        throw new Error(`${name} was asked for its memory, and said ${message.type}.`)
      return message.memory
    },
    stop: () => stop(child),
  }
}

function ask(child: ChildProcess, question: Question): Promise<Message> {
  const answer = next(child)
  child.send(question)
  return answer
}

function next(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(new Error('A subject did not answer.'))),
      START_LIMIT_MS,
    )
    const onMessage = (message: Message): void => settle(() => resolve(message))
    const onExit = (code: number | null): void =>
      settle(() => reject(new Error(`A subject ended with code ${code}; what it printed is above.`)))
    const settle = (outcome: () => void): void => {
      clearTimeout(timer)
      child.off('message', onMessage)
      child.off('exit', onExit)
      outcome()
    }
    child.on('message', onMessage)
    child.on('exit', onExit)
  })
}
