import { BenchProcess } from './bench-process.ts'
import type { SubjectName } from './subjects.ts'

// The first entries pay for compiled code and pools, and are left out of the figure.
const WARM_UP = 1_000

/** Bytes of heap that each of so many small entries takes in L1, key and value included. */
export async function measureMemory(name: SubjectName, entries: number): Promise<number | string> {
  const opening = { tiers: 'l1', port: 0, namespace: 'memory', isPatient: true } as const
  const cache = await BenchProcess.start(name)
  try {
    if (!(await cache.ask({ do: 'open', opening }))) return '-'
    await cache.ask({ do: 'fill', prefix: 'warm:', count: WARM_UP })
    const before = await cache.ask({ do: 'vitals' })
    await cache.ask({ do: 'fill', prefix: 'kept:', count: entries })
    const after = await cache.ask({ do: 'vitals' })
    // The oldest first: a cache that has let go of entries would look small.
    const { loads } = await cache.ask({ do: 'ask', key: 'warm:0', value: 0 })
    return loads === 0 ? (after.heapBytes - before.heapBytes) / entries : 'WRONG: not all were kept'
  } finally {
    await cache.stop()
  }
}
