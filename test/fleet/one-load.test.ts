import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedisServer } from '../support/redis-server.ts'
import { waitUntil } from '../support/wait-until.ts'
import { FleetProcess } from './fleet-process.ts'
import type { Told } from './messages.ts'

const PROCESSES = 8
const CALLERS = 100
const LIMIT_MS = 30_000
// A machine so busy that Redis seems down, or a holder dead, would test something else.
const PATIENT = { l2TimeoutMs: '20s', maxLagMs: '5m' } as const

let server: RedisServer

beforeAll(async () => {
  server = await RedisServer.start()
})
afterAll(() => server.kill())

function start(leaseMs: number): Promise<FleetProcess> {
  return FleetProcess.start({ redisPort: server.port, cache: { ...PATIENT, leaseMs } })
}

function startAll(count: number, leaseMs: number): Promise<FleetProcess[]> {
  return Promise.all(Array.from({ length: count }, () => start(leaseMs)))
}

function loadsOf(fleet: readonly FleetProcess[], key: string): number {
  return fleet.flatMap(({ loads }) => loads).filter((loaded) => loaded === key).length
}

const isWaiting = (key: string) => (node: FleetProcess) => node.hasHeard(key, 'waited')

describe(`${PROCESSES} processes with ${CALLERS} callers each ask for a key that is missing`, () => {
  let fleet: FleetProcess[]
  beforeAll(async () => {
    fleet = await startAll(PROCESSES, 60_000)
  }, 120_000)
  afterAll(() => Promise.all(fleet.map((node) => node.close())))

  /** All ask, and what is loaded goes on when all the others wait for it. */
  async function stampede(key: string, answer: { value?: string }): Promise<Told[]> {
    const asking = fleet.map((node) => node.ask({ key, callers: CALLERS, isHeld: true, ...answer }))
    const isDecided = () => fleet.filter(isWaiting(key)).length + loadsOf(fleet, key) >= PROCESSES
    await waitUntil(isDecided, 'each of them to load or to wait', LIMIT_MS)
    for (const node of fleet) node.goOn(key)
    return Promise.all(asking)
  }

  it('asks the origin once, and everybody gets the value', async () => {
    const all = await stampede('product:1', { value: 'Red Apple' })
    expect(loadsOf(fleet, 'product:1')).toBe(1)
    expect(all.flatMap(({ errors }) => errors)).toEqual([])
    expect(all.flatMap(({ values }) => values)).toEqual(
      Array.from({ length: PROCESSES * CALLERS }, () => 'Red Apple'),
    )
  }, 60_000)

  it('asks an origin that fails once, and everybody is told why', async () => {
    const all = await stampede('product:2', {})
    expect(loadsOf(fleet, 'product:2')).toBe(1)
    expect(all.flatMap(({ values }) => values)).toEqual([])
    const errors = all.flatMap(({ errors }) => errors)
    expect(errors).toHaveLength(PROCESSES * CALLERS)
    expect(errors.filter((error) => !error.includes('The origin is down.'))).toEqual([])
  }, 60_000)
})

describe('the process that loads for all', () => {
  let fleet: FleetProcess[]
  beforeAll(async () => {
    fleet = await startAll(4, 2_000)
  }, 120_000)
  afterAll(() => Promise.all(fleet.map((node) => node.close())))

  /** Lets the first one load until it is told to go on. */
  async function startWithHolder(key: string) {
    const [holder, ...rest] = fleet
    if (holder === undefined) throw new Error('No process was started.')
    const held = holder.ask({ key, callers: 1, isHeld: true, value: 'old' })
    await waitUntil(() => holder.loads.includes(key), 'the load to begin', LIMIT_MS)
    return { holder, held, rest }
  }

  it('stands still past its lease: what it brings in the end does not replace what was loaded since', async () => {
    const key = 'product:4'
    const { holder, held, rest } = await startWithHolder(key)
    const [next, reader] = rest
    if (next === undefined || reader === undefined) throw new Error('A process is missing.')
    holder.pause()
    const { values } = await next.ask({ key, callers: 1, isHeld: false, value: 'new' })
    expect(values).toEqual(['new'])
    holder.resume()
    holder.goOn(key)
    await held
    await waitUntil(() => holder.hasHeard(key, 'lost'), 'the lease to be known as lost', LIMIT_MS)
    // Its commands arrive in their order: what it writes after the late value is there when that has been refused.
    await holder.ask({ key: 'marker', callers: 1, isHeld: false, value: 'written' })
    const marker = { key: 'marker', callers: 1, isHeld: false, value: 'not yet' }
    expect((await reader.ask(marker)).values).toEqual(['written'])
    const found = await reader.ask({ key, callers: 1, isHeld: false, value: 'loaded again' })
    expect(found.values).toEqual(['new'])
  }, 120_000)

  it('is killed: another one loads, once, and everybody gets the value', async () => {
    const key = 'product:3'
    const { holder, rest } = await startWithHolder(key)
    const asking = rest.map((node) => node.ask({ key, callers: CALLERS, isHeld: false, value: 'new' }))
    await waitUntil(() => rest.every(isWaiting(key)), 'the others to wait', LIMIT_MS)
    expect(loadsOf(rest, key)).toBe(0)
    await holder.kill()
    const all = await Promise.all(asking)
    expect(loadsOf(rest, key)).toBe(1)
    expect(all.flatMap(({ values }) => values)).toEqual(
      Array.from({ length: rest.length * CALLERS }, () => 'new'),
    )
  }, 120_000)
})
