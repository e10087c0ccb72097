import { setTimeout as sleep } from 'node:timers/promises'
import type { RedisServer } from '../../test/support/redis-server.ts'
import { BenchProcess } from './bench-process.ts'
import type { Asked } from './messages.ts'
import { openingOn } from './probes.ts'
import type { SubjectName } from './subjects.ts'

/** What a hit in L1 and a miss came to while Redis stood still. */
export interface FreezeRow {
  readonly hit: string
  readonly miss: string
}

/** Freezes Redis under all of them at once and asks each for a key that it holds, then for one that it doesn't. */
export async function probeFreeze(
  names: readonly SubjectName[],
  server: RedisServer,
  capMs: number,
): Promise<Map<SubjectName, FreezeRow>> {
  const caches: BenchProcess[] = []
  for (const name of names) caches.push(await BenchProcess.open(name, openingOn(server, `freeze-${name}`)))
  try {
    for (const cache of caches) await cache.ask({ do: 'ask', key: 'held', value: 'v1' })
    await sleep(200)
    server.freeze()
    const rows = await Promise.all(
      caches.map(async (cache): Promise<[SubjectName, FreezeRow]> => {
        const hit = describe(await cache.ask({ do: 'ask', key: 'held', value: 'v2', capMs }), capMs)
        const miss = describe(await cache.ask({ do: 'ask', key: 'missing', value: 'v1', capMs }), capMs)
        return [cache.name, { hit, miss }]
      }),
    )
    return new Map(rows)
  } finally {
    server.thaw()
    await Promise.all(caches.map((cache) => cache.stop()))
  }
}

function describe({ ended, tookMs }: Asked, capMs: number): string {
  if (ended === 'capped') return `hang > ${capMs / 1_000} s`
  const took = `${tookMs < 10 ? tookMs.toFixed(1) : Math.round(tookMs)} ms`
  return ended === 'failed' ? `error, ${took}` : took
}
