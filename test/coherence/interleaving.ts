import { createTieredCache } from '../../server/cache/tiered-cache.ts'
import type { Invalidation } from '../../server/log/invalidation.ts'
import { Random } from '../fuzz/random.ts'
import { ModelRedis, ModelServer } from './model-redis.ts'
import { Scheduler } from './scheduler.ts'

const KEYS = ['a:1', 'a:2', 'b:1'] as const
type Key = (typeof KEYS)[number]
const GROUPS: Readonly<Record<Key, string>> = { 'a:1': 'x', 'a:2': 'y', 'b:1': 'x' }

/** Some steps in two processes, in an order that the seed decides: the first stale read that came of it, if any. */
export async function runInterleaving(seed: number): Promise<{ stale?: string; reads: number }> {
  const random = new Random(Math.imul(seed, 0x9e_37_79_b1))
  const scheduler = new Scheduler(random)
  const server = new ModelServer(scheduler, random)
  const rows = new Map<Key, number>()
  const processes = [new ModelProcess(server, rows, random), new ModelProcess(server, rows, random)] as const
  const steps = Array.from({ length: 3 + random.below(6) }, async () => {
    const one = random.pick(processes)
    const key = random.pick(KEYS)
    const isWrite = random.chance(0.35)
    await scheduler.turn()
    await (isWrite ? one.write(key) : one.read(key))
  })
  await scheduler.run()
  await Promise.all(steps)
  // Everything has been heard by now: what is left must be the newest, in each process.
  const last = processes.flatMap((one) => KEYS.map((key) => one.read(key, one.isTold)))
  await scheduler.run()
  await Promise.all(last)
  const stale = processes.flatMap((one) => one.stale)[0]
  const reads = processes.reduce((sum, one) => sum + one.reads, 0)
  await Promise.all([...processes.map((one) => one.close()), scheduler.run()])
  return { reads, ...(stale === undefined ? {} : { stale }) }
}
