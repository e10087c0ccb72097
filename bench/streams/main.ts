// What open streams cost, and how long it takes until all have heard: `npm run bench -- streams [--streams N] [--rounds N]`
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { RedisServer } from '../../test/support/redis-server.ts'
import { currentLoad, describeMachine } from '../machine.ts'
import { median } from '../median.ts'
import { Listeners } from './listeners.ts'
import type { Answer, Question } from './messages.ts'
import { parseStreamOptions } from './options.ts'

const GOAL_MS = 1_000
const PROGRAM = fileURLToPath(new URL('./subject-process.ts', import.meta.url))

const { rounds, streams } = parseStreamOptions(process.argv.slice(3))
console.log(
  `Streams: ${describeMachine()}, load ${currentLoad()}; ${streams} connections, medians of ${rounds} invalidations`,
)
const redis = await RedisServer.start()
const header = ['', 'KB heap', 'KB RSS', 'ms to all p50', 'most', 'load']
console.log(header.map((text, column) => (column === 0 ? text.padEnd(14) : text.padStart(15))).join(''))
const most: number[] = []
// The log begins with it; whoever comes later finds one, as a process does that starts beside others or after them.
const [newLogMs = 0] = (await measure('thermocline', 1, 1)).latenciesMs
for (const kind of ['thermocline', 'plain'] as const) {
  const figures = await measure(kind, streams, rounds)
  const cells = [
    (figures.heapBytes / 1_000).toFixed(1),
    (figures.rssBytes / 1_000).toFixed(1),
    median(figures.latenciesMs).toFixed(0),
    Math.max(...figures.latenciesMs).toFixed(0),
    currentLoad(),
  ]
  console.log(kind.padEnd(14) + cells.map((text) => text.padStart(15)).join(''))
  if (kind === 'thermocline') most.push(Math.max(...figures.latenciesMs))
}
await redis.kill()
const isMet = most.every((ms) => ms < GOAL_MS)
console.log(`Goal: all have heard within ${GOAL_MS} ms: ${isMet ? 'met' : 'not met'}`)
console.log(
  `  and ${newLogMs.toFixed(0)} ms where the log has just begun (a new or restarted Redis): who may still trust an older one is waited for, 2.5 s at most`,
)
console.log(
  '  plain: a bare node:http listener that writes the text to all; memory is a connection, after collections',
)
if (!isMet) process.exitCode = 1

async function measure(kind: string, connections: number, times: number) {
  const child = fork(PROGRAM, [kind, redis.url], {
    execArgv: [...process.execArgv, '--expose-gc'],
  })
  const listening = await next(child, 'listening')
  const before = await ask(child, 'memory', 'memory')
  const listeners = new Listeners()
  await listeners.open(listening.port, connections)
  const after = await ask(child, 'memory', 'memory')
  const latenciesMs: number[] = []
  for (let round = 1; round <= times; round += 1) {
    listeners.expect(`mark-${round}-end`)
    const { atMs } = await ask(child, 'invalidate', 'invalidated')
    latenciesMs.push((await listeners.untilAllHeard()) - atMs)
  }
  listeners.close()
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
  return {
    latenciesMs,
    heapBytes: (after.heapBytes - before.heapBytes) / connections,
    rssBytes: (after.rssBytes - before.rssBytes) / connections,
  }
}

function ask<Type extends Answer['type']>(child: ChildProcess, question: Question, type: Type) {
  const answered = next(child, type)
  child.send(question)
  return answered
}

async function next<Type extends Answer['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<Answer, { type: Type }>> {
  const [answer] = (await once(child, 'message')) as [Answer]
  if (answer.type !== type) throw new Error(`The process said ${answer.type} and not ${type}.`)
  return answer as Extract<Answer, { type: Type }>
}
