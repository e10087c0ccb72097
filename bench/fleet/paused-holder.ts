import { setTimeout as sleep } from 'node:timers/promises'
import { BenchProcess } from '../cache/bench-process.ts'
import type { Opening } from '../cache/subject.ts'
import type { SubjectName } from '../cache/subjects.ts'
import { beginLoad } from './dead-holder.ts'
import { withNodes } from './nodes.ts'

const KEY = 'product:1'
const LOAD_MS = 300
const CAP_MS = 15_000

/**
 * A process stands still in the middle of a load, another one loads what is newer, and the first goes on: what is in Redis
 * at the end, as a process sees that comes new.
 */
export function pausedHolder(name: SubjectName, opening: Opening): Promise<string> {
  return withNodes(name, opening, 2, async ([holder, other]) => {
    if (holder === undefined || other === undefined) throw new Error('No process was opened.')
    await beginLoad(holder, LOAD_MS)
    holder.pause()
    const newer = await other.ask({ do: 'ask', key: KEY, value: 'v2', capMs: CAP_MS })
    if (newer.value !== 'v2') return `the other one ${newer.ended}`
    // Some write to Redis after they have answered; and then the late load ends, and is written.
    await sleep(100)
    holder.resume()
    await sleep(LOAD_MS + 300)
    const reader = await BenchProcess.open(name, opening)
    try {
      const { value } = await reader.ask({ do: 'ask', key: KEY, value: 'v3', capMs: CAP_MS })
      return value === 'v2' ? 'refused' : value === 'v1' ? 'kept' : `gave ${String(value)}`
    } finally {
      await reader.stop()
    }
  })
}
