import { isDeepStrictEqual } from 'node:util'
import { Redis } from 'ioredis'
import { KEYS, sampleValue, seededRandom, uniformOrder, zipfOrder } from './keys.ts'
import { commandsBetween, readCounts } from './redis-counts.ts'
import type { Adapter, Load, Subject } from './subject.ts'
import { type Run, timeAwaited, timeConcurrent, timeInTurn, timeSync } from './timing.ts'

/** Nanoseconds an operation, by measure; and what Redis was asked, an operation. Left out: what the subject can't do. */
export interface SpeedFigures {
  readonly ns: Readonly<Record<string, number>>
  readonly commands: Readonly<Record<string, number>>
  readonly trips: Readonly<Record<string, number>>
}

export interface SpeedRequest {
  /** How long to measure each thing for. */
  readonly budgetMs: number
  readonly port: number
  readonly namespace: string
}

export const GROUP_COUNTS = [0, 1, 5] as const
export const CONCURRENCIES = [1, 50] as const
export const l2Measure = (groups: number, concurrency: number): string =>
  `L2 hit, ${groups} groups, ${concurrency} at once`
export const l1Measure = (method: string, size: string, order: string): string =>
  `L1 ${method}, ${size}, ${order}`

const MANY = 100
export const GET_MANY = `getMany(${MANY})`
export const GET_OR_SET_MANY = `getOrSetMany(${MANY})`
export const IN_TURN = `${MANY} in turn`

const MANY_TURNS = 50
const ORDER_LENGTH = 1 << 16
const missed: Load = () => Promise.reject(new Error('WRONG: a miss where everything is stored'))

/** Measures all that one process of a subject can show. Throws where an answer is wrong. */
export async function measureSpeed(adapter: Adapter, request: SpeedRequest): Promise<SpeedFigures> {
  const figures: Figures = { ns: {}, commands: {}, trips: {} }
  const l1 = await adapter({ ...request, tiers: 'l1', isPatient: true })
  if (l1 !== undefined) await measureL1(l1, request.budgetMs, figures)
  await l1?.close()
  const l2 = await adapter({ ...request, tiers: 'l2', isPatient: true })
  if (l2 !== undefined) await measureL2(l2, request, figures)
  await l2?.close()
  const both = await adapter({
    ...request,
    namespace: `${request.namespace}w`,
    tiers: 'both',
    isPatient: true,
  })
  if (both !== undefined) await measureWrites(both, request.budgetMs, figures)
  await both?.close()
  return figures
}

interface Figures {
  ns: Record<string, number>
  commands: Record<string, number>
  trips: Record<string, number>
}

async function measureL1(subject: Subject, budgetMs: number, { ns }: Figures): Promise<void> {
  const random = seededRandom(4)
  const orders = {
    uniform: uniformOrder(KEYS.length, ORDER_LENGTH, random),
    zipf: zipfOrder(KEYS.length, ORDER_LENGTH, random),
  }
  for (const size of ['small', '10 kB']) {
    const keys = KEYS.map((key) => `${size}:${key}`)
    const value = (key: string): object => sampleValue(key, size === '10 kB')
    for (const key of keys) await subject.getOrSet(key, async () => value(key))
    const methods: Record<string, Run | undefined> = {
      get: subject.get?.bind(subject),
      getOrSet: (key) => subject.getOrSet(key, missed),
      peek: subject.peek?.bind(subject),
    }
    for (const [method, run] of Object.entries(methods)) {
      if (run === undefined) continue
      await verify(run, keys, value)
      for (const [name, order] of Object.entries(orders)) {
        ns[l1Measure(method, size, name)] = await (method === 'peek' ? timeSync : timeAwaited)(
          run,
          keys,
          order,
          budgetMs,
        )
      }
    }
  }
}

async function measureL2(
  subject: Subject,
  { budgetMs, port }: SpeedRequest,
  { ns, commands, trips }: Figures,
): Promise<void> {
  const redis = new Redis(port, '127.0.0.1')
  // In turn, so that no two callers ask for one key at once and share an answer.
  const order = inTurn()
  for (const count of GROUP_COUNTS) {
    if (count > 0 && subject.takesGroups !== true) continue
    const groups = count === 0 ? undefined : Array.from({ length: count }, (_, index) => `group-${index}`)
    const keys = KEYS.map((key) => `${count}:${key}`)
    for (const key of keys) await subject.set(key, sampleValue(key), groups)
    const read: Run = (key) => subject.getOrSet(key, missed, groups)
    await verify(read, keys, sampleValue)
    const before = await readCounts(redis)
    for (let index = 0; index < 500; index += 1) await read(keys[index] ?? '')
    const after = await readCounts(redis)
    commands[l2Measure(count, 1)] = commandsBetween(before, after) / 500
    trips[l2Measure(count, 1)] = (after.reads - before.reads) / 500
    for (const concurrency of CONCURRENCIES) {
      ns[l2Measure(count, concurrency)] = await timeConcurrent(read, keys, order, budgetMs, concurrency)
    }
    if (count === 0) await measureMany(subject, keys.slice(0, MANY), redis, { ns, commands, trips })
  }
  redis.disconnect()
}

/** What asking for many at once saves; and a mixed lot, half of which must be loaded. */
async function measureMany(
  subject: Subject,
  keys: readonly string[],
  redis: Redis,
  { ns, trips }: Figures,
): Promise<void> {
  const inTurn = async (): Promise<void> => {
    for (const key of keys) await subject.getOrSet(key, missed)
  }
  const works: Record<string, () => Promise<unknown>> = { [IN_TURN]: inTurn }
  if (subject.getMany !== undefined) works[GET_MANY] = async () => subject.getMany?.(keys)
  if (subject.getOrSetMany !== undefined) {
    let turn = 0
    works[GET_OR_SET_MANY] = async () => {
      turn += 1
      const mixed = keys.map((key, index) => (index % 2 === 0 ? key : `${key}:${turn}`))
      let loads = 0
      await subject.getOrSetMany?.(mixed, async (missing) => {
        loads += missing.length
        return missing.map((key) => sampleValue(key))
      })
      if (loads !== keys.length / 2) throw new Error(`WRONG: ${loads} of ${keys.length / 2} were loaded`)
    }
  }
  Object.assign(ns, await timeInTurn(works, MANY_TURNS))
  for (const [name, work] of Object.entries(works)) {
    const before = await readCounts(redis)
    for (let turn = 0; turn < MANY_TURNS; turn += 1) await work()
    trips[name] = ((await readCounts(redis)).reads - before.reads) / MANY_TURNS
  }
}

async function measureWrites(subject: Subject, budgetMs: number, { ns }: Figures): Promise<void> {
  const order = inTurn()
  let turn = 0
  const loaded = sampleValue('a')
  const load: Load = async () => loaded
  const fresh = (): string => `new:${(turn += 1)}`
  ns['miss'] = await timeAwaited(() => subject.getOrSet(fresh(), load), KEYS, order, budgetMs)
  ns['set'] = await timeAwaited((key) => subject.set(key, loaded), KEYS, order, budgetMs)
  ns['delete'] = await timeAwaited((key) => subject.delete(key), KEYS, order, budgetMs)
}

function inTurn(): Uint32Array {
  return Uint32Array.from({ length: KEYS.length }, (_, index) => index)
}

/** A fast wrong answer must not be printed. */
async function verify(run: Run, keys: readonly string[], value: (key: string) => object): Promise<void> {
  for (const key of keys) {
    const found = await run(key)
    if (!isDeepStrictEqual(found, value(key)))
      throw new Error(`WRONG: ${key} is ${JSON.stringify(found)?.slice(0, 80)}`)
  }
}
