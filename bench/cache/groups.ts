import { RedisServer } from '../../test/support/redis-server.ts'
import { median } from '../median.ts'
import { BenchProcess } from './bench-process.ts'
import { DELETING, type SubjectName } from './subjects.ts'

/** Milliseconds to invalidate a group of few entries, and one of many. */
export interface GroupRow {
  readonly few: number
  readonly many: number
}

export const FEW = 10
const GROUPS_AN_ENTRY = 5
const TURNS = 4

/** Invalidates groups of both sizes in turn, in one process, so that both meet the same moods of the machine. */
export async function measureGroups(name: SubjectName, manyEntries: number): Promise<GroupRow | string> {
  const server = await RedisServer.start()
  const opening = { tiers: 'both', port: server.port, namespace: 'groups', isPatient: true } as const
  const cache = await BenchProcess.open(name, opening)
  try {
    if ((await cache.ask({ do: 'invalidate', group: 'unused' })) === undefined) return '-'
    const deletes = DELETING.has(name)
    const numbers = Array.from({ length: deletes ? 1 : GROUPS_AN_ENTRY }, (_, index) => index)
    const fill = (kind: string, count: number) =>
      cache.ask({ do: 'fill', prefix: `${kind}:`, count, groups: numbers.map((n) => `${kind}-${n}`) })
    await fill('few', FEW)
    await fill('many', manyEntries)
    for (let turn = 0; turn < 3; turn += 1) await cache.ask({ do: 'invalidate', group: 'unused' })
    const times: Record<'few' | 'many', number[]> = { few: [], many: [] }
    for (let turn = 0; turn < (deletes ? 1 : TURNS); turn += 1) {
      for (const n of numbers) {
        for (const kind of ['few', 'many'] as const) {
          times[kind].push((await cache.ask({ do: 'invalidate', group: `${kind}-${n}` })) ?? Number.NaN)
        }
      }
    }
    const groups = numbers.map((n) => `many-${n}`)
    const { value } = await cache.ask({ do: 'ask', key: `many:${manyEntries - 1}`, value: 'new', groups })
    if (value !== 'new') return 'WRONG: an entry outlived its group'
    return { few: median(times.few), many: median(times.many) }
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    await cache.stop()
    await server.kill()
  }
}
