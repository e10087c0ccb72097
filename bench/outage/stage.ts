import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { FaultProxy } from '../../test/coherence/fault-proxy.ts'
import { RedisServer } from '../../test/support/redis-server.ts'
import { BenchProcess } from '../cache/bench-process.ts'
import type { SubjectName } from '../cache/subjects.ts'
import type { Phase } from './options.ts'
import { HOT_KEYS, HOT_PREFIX, LOAD_MS, type TrafficReport } from './traffic.ts'

export interface StagePlan {
  readonly name: SubjectName
  readonly phase: Phase
  readonly requestsPerSecond: number
  readonly calmSeconds: number
  readonly faultSeconds: number
}

/** What one cache did in one outage. */
export interface StageResult {
  /** Before it. */
  readonly calm: TrafficReport
  /** Under it; the errors are also those of the first seconds after it. */
  readonly fault: TrafficReport
  readonly unhandled: number
  /** Bytes of memory that the process took on under it, after collections. */
  readonly rssGrowth: number
  /** From when Redis was back until a miss took no longer than it should and was found in Redis; left out: not in `NORMAL_CAP_MS`. */
  readonly normalMs?: number
}

/** What a miss may cost on top of its load: the default of `l2TimeoutMs`. */
export const L2_TIMEOUT_MS = 50
export const NORMAL_CAP_MS = 15_000
export const SLOW_MS = 100
const RECOVERY_SECONDS = 3
// Room for the held keys and little more, so that L1 is full before the outage and what grows is not L1.
const MAX_ENTRIES = 2_000

/** Lets one cache serve while its Redis fails, and come back. */
export async function playStage(plan: StagePlan): Promise<StageResult> {
  const server = await RedisServer.start()
  const proxy = await FaultProxy.start(server.port)
  try {
    const { name, phase, requestsPerSecond } = plan
    const cache = await BenchProcess.open(name, {
      tiers: 'both',
      // A killed server refuses connections; a proxy in front would take them first.
      port: phase === 'slow' ? proxy.port : server.port,
      namespace: 'outage',
      isPatient: false,
      maxEntries: MAX_ENTRIES,
    })
    try {
      await cache.ask({ do: 'fill', prefix: 'filler:', count: MAX_ENTRIES })
      await cache.ask({ do: 'fill', prefix: HOT_PREFIX, count: HOT_KEYS })
      const send = (prefix: string, seconds: number): Promise<TrafficReport> =>
        cache.ask({ do: 'traffic', prefix, seconds, requestsPerSecond })
      const calm = await send('calm', plan.calmSeconds)
      const before = await cache.ask({ do: 'vitals' })
      await strike(phase, server, proxy)
      const fault = await send('fault', plan.faultSeconds)
      const after = await cache.ask({ do: 'vitals' })
      // Redis comes back under traffic: a cache that had been left alone for a while would look better than it is.
      const recovering = send('recovery', RECOVERY_SECONDS)
      await sleep(500)
      await heal(phase, server, proxy)
      const normalMs = await timeToNormal(cache, server)
      const recovery = await recovering
      const { unhandled } = await cache.ask({ do: 'vitals' })
      return {
        calm,
        fault: { ...fault, errors: fault.errors + recovery.errors },
        unhandled,
        rssGrowth: after.rssBytes - before.rssBytes,
        ...(normalMs === undefined ? {} : { normalMs }),
      }
    } finally {
      await cache.stop()
    }
  } finally {
    server.thaw()
    await proxy.close()
    await server.kill()
  }
}

async function strike(phase: Phase, server: RedisServer, proxy: FaultProxy): Promise<void> {
  if (phase === 'frozen') server.freeze()
  else if (phase === 'killed') await server.kill()
  // Half of it on the way there, half on the way back.
  else proxy.strike({ kind: 'delay', ms: SLOW_MS / 2 })
}

async function heal(phase: Phase, server: RedisServer, proxy: FaultProxy): Promise<void> {
  if (phase === 'frozen') server.thaw()
  else if (phase === 'killed') await server.restart()
  else proxy.heal()
}

async function timeToNormal(cache: BenchProcess, server: RedisServer): Promise<number | undefined> {
  const admin = new Redis(server.port, '127.0.0.1')
  const backMs = performance.now()
  try {
    for (let turn = 0; performance.now() - backMs < NORMAL_CAP_MS; turn += 1) {
      const beganMs = performance.now() - backMs
      const key = `back:${turn}`
      const ask = { do: 'ask', key, value: { id: key }, delayMs: LOAD_MS, capMs: 250 } as const
      const { ended, tookMs } = await cache.ask(ask)
      const isSoon = ended === 'answered' && tookMs <= LOAD_MS + L2_TIMEOUT_MS
      // Any of them: some write to Redis after they have answered.
      if (isSoon && (await admin.keys('*back:*')).length > 0) return beganMs
    }
    return undefined
  } finally {
    admin.disconnect()
  }
}
