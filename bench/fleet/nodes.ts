import { setTimeout as sleep } from 'node:timers/promises'
import { BenchProcess } from '../cache/bench-process.ts'
import type { Opening } from '../cache/subject.ts'
import type { SubjectName } from '../cache/subjects.ts'

/** Opens a cache in so many processes, lets `work` have them, and ends them. */
export async function withNodes<T>(
  name: SubjectName,
  opening: Opening,
  count: number,
  work: (nodes: readonly BenchProcess[]) => Promise<T>,
): Promise<T> {
  const nodes = await Promise.all(Array.from({ length: count }, () => BenchProcess.open(name, opening)))
  try {
    // Some connect at the first call: those that come late would find what another has stored.
    await Promise.all(nodes.map((node, n) => node.ask({ do: 'ask', key: `warm:${n}`, value: 'v1' })))
    await sleep(200)
    return await work(nodes)
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}
