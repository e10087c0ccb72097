import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { RedisServer } from '../support/redis-server.ts'
import type { FleetProcessOptions, FleetReply, FleetRequest } from './fleet-process.ts'

const PROGRAM = fileURLToPath(new URL('./fleet-process.ts', import.meta.url))
const MAX_LAG_MS = 1_000
/** How long a member counts: its trust in what it holds, and the time between two heartbeats. */
const MEMBER_MS = MAX_LAG_MS * 1.25

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

class FleetProcess {
  readonly child: ChildProcess
  readonly member: string

  private constructor(child: ChildProcess, member: string) {
    this.child = child
    this.member = member
  }

  static async start(port: number): Promise<FleetProcess> {
    const options: FleetProcessOptions = { port, key: '{shop}:log', maxLagMs: MAX_LAG_MS }
    const child = fork(PROGRAM, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] })
    cleanUp.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    })
    const [reply] = (await once(child, 'message')) as [FleetReply]
    return new FleetProcess(child, reply.type === 'ready' ? reply.member : '')
  }

  async invalidate(request: FleetRequest) {
    this.child.send(request)
    const [reply] = (await once(this.child, 'message')) as [FleetReply]
    if (reply.type !== 'done') throw new Error('It was not asked.')
    return { ...reply, last: reply.answers.at(-1) }
  }
}

async function startFleet(count: number): Promise<[FleetProcess, ...FleetProcess[]]> {
  const redis = await RedisServer.start()
  cleanUp.push(() => redis.kill())
  const [first, ...rest] = await Promise.all(
    Array.from({ length: count }, () => FleetProcess.start(redis.port)),
  )
  if (first === undefined) throw new Error('A fleet needs a process.')
  return [first, ...rest]
}

it(
  'an invalidation that waits for four processes is quick, and waits for each of them',
  { timeout: 60_000 },
  async () => {
    const fleet = await startFleet(4)
    const [first] = fleet
    const members = fleet.map(({ member }) => member).toSorted()
    // The first one also waits until nobody can be left whom a Redis that is new has not heard of.
    await first.invalidate({ times: 1, timeoutMs: 10_000 })
    const { answers, tookMs } = await first.invalidate({ times: 500, timeoutMs: 10_000 })
    for (const { passed, missing } of answers) {
      expect(missing).toEqual([])
      expect(passed.toSorted()).toEqual(members)
    }
    const sorted = tookMs.toSorted((a, b) => a - b)
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
    console.log(
      `append and wait for 4 processes: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(0.9999)} ms`,
    )
    // Without being asked they would report only every quarter of `maxLagMs`.
    expect(Number(at(0.5))).toBeLessThan(MAX_LAG_MS / 8)
  },
)

it(
  'a process that is held up is missed while it may trust what it holds, and then left out',
  { timeout: 60_000 },
  async () => {
    const [first, second, held] = await startFleet(3)
    await first.invalidate({ times: 1, timeoutMs: 10_000 })
    held?.child.kill('SIGSTOP')
    const { last: during } = await first.invalidate({ times: 1, timeoutMs: 100 })
    expect(during).toEqual({ passed: expect.any(Array), missing: [held?.member] })
    expect(during?.passed.toSorted()).toEqual([first.member, second?.member].toSorted())
    const { last: after, tookMs } = await first.invalidate({ times: 1, timeoutMs: 10_000 })
    expect(after?.missing).toEqual([])
    expect(after?.passed).not.toContain(held?.member)
    expect(tookMs[0]).toBeLessThan(MEMBER_MS + 500)
    held?.child.kill('SIGCONT')
    const rejoined = async () =>
      (await first.invalidate({ times: 1, timeoutMs: 5_000 })).last?.passed.includes(held?.member ?? '')
    await expect.poll(rejoined, { timeout: 5_000 }).toBe(true)
  },
)

it(
  'a process that was killed is missed no longer than it could have trusted what it held',
  { timeout: 60_000 },
  async () => {
    const [first, , killed] = await startFleet(3)
    await first.invalidate({ times: 1, timeoutMs: 10_000 })
    killed?.child.kill('SIGKILL')
    const { last, tookMs } = await first.invalidate({ times: 1, timeoutMs: 10_000 })
    expect(last?.missing).toEqual([])
    expect(last?.passed).toHaveLength(2)
    expect(tookMs[0]).toBeLessThan(MEMBER_MS + 500)
  },
)
