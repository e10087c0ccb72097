import { setTimeout as sleep } from 'node:timers/promises'
import { type HistoryReport, checkHistory, createHistory } from '../../server/testing/index.ts'
import { Random } from '../fuzz/random.ts'
import { RedisServer } from '../support/redis-server.ts'
import type { CoherenceArguments } from './arguments.ts'
import { startDatabase } from './database.ts'
import { Faults } from './faults.ts'
import { WorkerProcess } from './worker-process.ts'

export interface CoherenceRun {
  readonly report: HistoryReport
  /** What was done to them, and how often. */
  readonly faults: string
  /** When, after the first fault, the first wrong read was found; looked for only where something was broken on purpose. */
  readonly caughtAfterMs?: number
}

const LOOK_MS = 250

/** Lets processes read, write and invalidate through faults, and checks what they saw. `signal` ends it early, with an error. */
export async function runCoherence(args: CoherenceArguments, signal?: AbortSignal): Promise<CoherenceRun> {
  const { processes, seconds, seed, maxLagMs } = args
  const history = createHistory()
  const cleanUp: (() => Promise<void>)[] = []
  const failed = new AbortController()
  try {
    const database = await startDatabase()
    cleanUp.push(() => database.close())
    const redis = await RedisServer.start()
    cleanUp.push(() => redis.kill())
    const workers = await Promise.all(
      Array.from({ length: processes }, (_, index) =>
        WorkerProcess.start({
          name: `worker-${index + 1}`,
          redisPort: redis.port,
          databaseUrl: database.url,
          seed: seed + index,
          maxLagMs,
          ...(args.break === undefined ? {} : { break: args.break }),
          record: (events) => history.record(events),
          onFailure: (error) => failed.abort(error),
        }),
      ),
    )
    for (const worker of workers) {
      cleanUp.push(
        () => worker.proxy.close(),
        () => worker.kill(),
      )
    }
    const faults = new Faults({ redis, workers, maxLagMs }, new Random(seed))
    const beganAtMs = performance.now()
    cleanUp.push(() => faults.stop())
    faults.start()
    const check = () => checkHistory(history, { maxLagMs })
    const elapsedMs = () => performance.now() - beganAtMs
    let caughtAfterMs: number | undefined
    while (elapsedMs() < seconds * 1_000 && caughtAfterMs === undefined) {
      failed.signal.throwIfAborted()
      signal?.throwIfAborted()
      await sleep(LOOK_MS)
      if (args.break !== undefined && history.size > 1_000 && !check().isCoherent) caughtAfterMs = elapsedMs()
    }
    await faults.stop()
    // What was queued is delivered now, and must then be known everywhere.
    if (caughtAfterMs === undefined) await sleep(maxLagMs * 2)
    await Promise.all(workers.map((worker) => worker.stop()))
    failed.signal.throwIfAborted()
    const caught = caughtAfterMs === undefined ? {} : { caughtAfterMs }
    return { report: check(), faults: faults.summary, ...caught }
  } finally {
    // One that fails must not keep the others from ending what was started.
    for (const step of cleanUp.reverse()) await step().catch((error: unknown) => console.error(error))
  }
}
