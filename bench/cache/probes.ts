import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RedisServer } from '../../test/support/redis-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { describeStampede, stampede } from '../fleet/stampede.ts'
import { BenchProcess } from './bench-process.ts'
import { findListeners } from './client-list.ts'
import type { Asked } from './messages.ts'
import type { Opening } from './subject.ts'
import type { SubjectName } from './subjects.ts'

/** What was seen: `ok`, `stale`, `hang`, a count, or why it could not be tried. */
export interface ProbeRow {
  readonly deleteDuringLoad: string
  readonly groupDuringLoad: string
  readonly disconnect: string
  readonly originCalls: string
}

const LOAD_MS = 300
const KEY = 'product:1'

/** Puts one cache through what goes wrong in real life. Nothing is assumed: every cell is what it did just now. */
export async function probe(name: SubjectName, server: RedisServer): Promise<ProbeRow> {
  const row: Record<string, string> = {}
  const tries = {
    deleteDuringLoad: () => duringLoad(name, server, 'delete'),
    groupDuringLoad: () => duringLoad(name, server, 'invalidate'),
    disconnect: () => disconnect(name, server),
    originCalls: async () => describeStampede(await stampede(name, openingOn(server, 'stampede'))),
  }
  for (const [which, run] of Object.entries(tries)) {
    row[which] = await run().catch((error: unknown) => `failed: ${String(error)}`)
  }
  return row as unknown as ProbeRow
}

/** A value is on its way when it is invalidated: whoever asks afterwards, here or in another process, must not get it. */
async function duringLoad(
  name: SubjectName,
  server: RedisServer,
  how: 'delete' | 'invalidate',
): Promise<string> {
  const opening = openingOn(server, `load-${how}`)
  const here = await BenchProcess.open(name, opening)
  const there = await BenchProcess.open(name, opening)
  try {
    const groups = how === 'invalidate' ? { groups: ['fruit'] } : {}
    // Without this, some have never heard of the group: the easier case.
    await here.ask({ do: 'ask', key: 'product:2', value: 'v1', ...groups })
    const { length: before } = await here.ask({ do: 'loadTimes' })
    const running = here.ask({ do: 'ask', key: KEY, value: 'v1', delayMs: LOAD_MS, ...groups })
    await waitUntil(async () => (await here.ask({ do: 'loadTimes' })).length > before, 'the load')
    if (how === 'delete') await here.ask({ do: 'delete', key: KEY })
    else if ((await here.ask({ do: 'invalidate', group: 'fruit' })) === undefined) {
      await running
      return 'no groups'
    }
    await running
    // Some write to Redis after they have answered.
    await sleep(100)
    const asked = { do: 'ask', key: KEY, value: 'v2', ...groups } as const
    const found = [await here.ask(asked), await there.ask(asked)]
    return judgeFreshness(found)
  } finally {
    await Promise.all([here.stop(), there.stop()])
  }
}

/** A process misses what was said while it was cut off, and comes back. */
async function disconnect(name: SubjectName, server: RedisServer): Promise<string> {
  const admin = new Redis(server.port, '127.0.0.1')
  const opening = openingOn(server, 'disconnect')
  const reader = await BenchProcess.open(name, opening)
  const listeners = async (): Promise<string[]> => findListeners(String(await admin.client('LIST')))
  const first = await reader.ask({ do: 'ask', key: KEY, value: 'v1' })
  await sleep(100)
  const cut = await listeners()
  const writer = await BenchProcess.open(name, opening)
  try {
    if (first.value !== 'v1') return `failed: the first read gave ${String(first.value)}`
    const others = new Set(await listeners())
    // Paused, so that it can't be back before the delete.
    reader.pause()
    for (const id of cut) await admin.call('CLIENT', 'KILL', 'ID', id)
    const deleted = writer.ask({ do: 'delete', key: KEY })
    await Promise.race([deleted, sleep(1_000)])
    reader.resume()
    await deleted
    const back = async (): Promise<boolean> =>
      (await listeners()).filter((id) => !others.has(id)).length >= cut.length
    const isBack = await waitUntil(back, 'the connections', 5_000).then(
      () => true,
      () => false,
    )
    await sleep(300)
    const found = await reader.ask({ do: 'ask', key: KEY, value: 'v2' })
    const notes = [cut.length === 0 ? 'no bus' : '', isBack ? '' : 'never back'].filter(Boolean).join(', ')
    return notes === '' ? judgeFreshness([found]) : `${judgeFreshness([found])} (${notes})`
  } finally {
    reader.resume()
    await Promise.all([reader.stop(), writer.stop()])
    admin.disconnect()
  }
}

export function openingOn(server: RedisServer, namespace: string): Opening {
  return { tiers: 'both', port: server.port, namespace: `probe-${namespace}`, isPatient: false }
}

function judgeFreshness(found: readonly Asked[]): string {
  if (found.some(({ ended }) => ended !== 'answered')) return 'hang'
  return found.every(({ value }) => value === 'v2') ? 'ok' : 'stale'
}
