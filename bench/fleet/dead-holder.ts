import { setTimeout as sleep } from 'node:timers/promises'
import { sharedClock } from 'thermocline/server/testing'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { BenchProcess } from '../cache/bench-process.ts'
import type { Opening } from '../cache/subject.ts'
import type { SubjectName } from '../cache/subjects.ts'
import { withNodes } from './nodes.ts'
import { CALLERS, NODES, ORIGIN_MS } from './stampede.ts'

/** What became of those who waited for a process that was killed while it loaded. */
export interface DeadHolder {
  /** Loads that others began while it still lived: they did not wait for it at all. */
  readonly loadsBefore: number
  readonly loadsAfter: number
  /** From the kill until somebody else began to load; `undefined` where nobody had to. */
  readonly nextLoadMs: number | undefined
  readonly answered: number
  readonly asked: number
}

const KEY = 'product:1'
const CAP_MS = 15_000

/** One process loads, the others ask as well, and then the first is killed. */
export function deadHolder(name: SubjectName, opening: Opening): Promise<DeadHolder> {
  return withNodes(name, opening, NODES, async ([holder, ...others]) => {
    if (holder === undefined) throw new Error('No process was opened.')
    await beginLoad(holder, 60_000)
    const asked = {
      do: 'ask',
      key: KEY,
      value: 'v2',
      delayMs: ORIGIN_MS,
      callers: CALLERS,
      capMs: CAP_MS,
    } as const
    const warmLoads = (await Promise.all(others.map((node) => node.ask({ do: 'loadTimes' })))).flat().length
    const asking = others.map((node) => node.ask(asked))
    await sleep(300)
    const killedAtMs = sharedClock()
    await holder.kill()
    const all = await Promise.all(asking)
    const times = (await Promise.all(others.map((node) => node.ask({ do: 'loadTimes' })))).flat()
    const after = times.filter((time) => time >= killedAtMs)
    return {
      loadsBefore: times.length - after.length - warmLoads,
      loadsAfter: after.length,
      nextLoadMs: after.length === 0 ? undefined : Math.min(...after) - killedAtMs,
      answered: all.reduce((sum, { answered }) => sum + answered, 0),
      asked: others.length * CALLERS,
    }
  })
}

/** Lets a process begin a load; it ends as it may. */
export async function beginLoad(holder: BenchProcess, delayMs: number): Promise<void> {
  const { length: before } = await holder.ask({ do: 'loadTimes' })
  holder.ask({ do: 'ask', key: KEY, value: 'v1', delayMs }).catch(() => {})
  await waitUntil(async () => (await holder.ask({ do: 'loadTimes' })).length > before, 'the load')
}
