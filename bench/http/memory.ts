import { Agent, get } from 'node:http'
import type { AdapterName } from './adapters.ts'
import { startNode } from './node-subject.ts'

/** Bytes that one stored entry takes, or why there is no figure. */
export interface MemoryRow {
  readonly name: string
  readonly perEntry: { readonly heap: number; readonly resident: number } | string
}

const CACHES: readonly { readonly name: string; readonly adapter: AdapterName }[] = [
  { name: 'responseCache', adapter: 'response-cache' },
  { name: 'apicache 1.6.3', adapter: 'apicache' },
  { name: 'Map from URL to Buffer', adapter: 'plain-map' },
]
// The first entries pay for compiled code, sockets and pools, and are left out of the figure.
const WARM_UP = 1_000

/** What `entries` more entries of 10 kB add to each cache's process, after a garbage collection. */
export async function measureMemory(entries: number): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = []
  for (const { name, adapter } of CACHES) rows.push({ name, perEntry: await bytesPerEntry(adapter, entries) })
  return rows
}

async function bytesPerEntry(adapter: AdapterName, entries: number): Promise<MemoryRow['perEntry']> {
  const subject = await startNode(adapter)
  if (typeof subject === 'string') return subject
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const request = async (from: number, to: number): Promise<void> => {
    for (let id = from; id < to; id += 16) {
      const batch = Array.from({ length: Math.min(16, to - id) }, (_, offset) => id + offset)
      await Promise.all(batch.map((id) => drain(`${subject.url}/items/${id}`, agent)))
    }
  }
  try {
    await request(0, WARM_UP)
    const before = await subject.memory()
    await request(WARM_UP, WARM_UP + entries)
    const after = await subject.memory()
    // Asked once more, each must be there: a cache that has let go of them would look small.
    const calls = await subject.calls()
    await request(0, WARM_UP + entries)
    const missed = (await subject.calls()) - calls
    if (missed > 0) {
      process.exitCode = 1
      return `WRONG: ${missed} of ${WARM_UP + entries} entries were not kept`
    }
    return {
      heap: (after.heap - before.heap) / entries,
      resident: (after.resident - before.resident) / entries,
    }
  } finally {
    agent.destroy()
    await subject.stop()
  }
}

function drain(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.on('end', resolve).on('error', reject)
      response.resume()
    }).on('error', reject)
  })
}
