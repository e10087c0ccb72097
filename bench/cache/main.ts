// What a hit, a miss and an invalidation cost, and what becomes of them when things go wrong, against other caches.
// `npm run bench -- cache [--rounds N] [--quick]`
import { RedisServer } from '../../test/support/redis-server.ts'
import { currentLoad, describeMachine } from '../machine.ts'
import { BenchProcess } from './bench-process.ts'
import { probeFreeze } from './freeze.ts'
import { FEW, type GroupRow, measureGroups } from './groups.ts'
import { measureMemory } from './memory.ts'
import { parseOptions } from './options.ts'
import { type Line, formatNs, printGoals, printTable } from './print.ts'
import { type ProbeRow, probe } from './probes.ts'
import type { SpeedFigures } from './speed.ts'
import { printSpeed } from './speed-tables.ts'
import { CACHES, NAMES, type SubjectName } from './subjects.ts'
import { judgeGoals } from './summary.ts'

const { rounds, budgetMs, groupEntries, memoryEntries, freezeCapMs } = parseOptions(process.argv.slice(3))
const loadBefore = currentLoad()
const server = await RedisServer.start()
try {
  const speed = await measureRounds()
  console.log(`\nCaches: ${describeMachine()}; load ${loadBefore} before, ${currentLoad()} under it`)
  console.log(
    `  Medians of ${rounds} rounds of ${budgetMs} ms for each figure, a new process each, subjects in turn`,
  )
  printSpeed(speed)

  const memory = new Map<SubjectName, number | string>()
  for (const name of NAMES) memory.set(name, await measureMemory(name, memoryEntries))
  printMemory(memory)

  const groups = new Map<SubjectName, GroupRow | string>()
  for (const name of CACHES) groups.set(name, await measureGroups(name, groupEntries))
  printGroups(groups)

  await printProbes()
  printGoals(judgeGoals(speed, { groups: groups.get('thermocline'), memory }))
  console.log(`  load ${currentLoad()} at the end`)
} finally {
  await server.kill()
}

async function measureRounds(): Promise<Map<SubjectName, SpeedFigures[]>> {
  const results = new Map<SubjectName, SpeedFigures[]>()
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < NAMES.length; turn += 1) {
      // Another one begins each round, so that none always follows the same one.
      const name = NAMES[(turn + round) % NAMES.length] ?? 'thermocline'
      const subject = await BenchProcess.start(name)
      try {
        const namespace = `s${round}${name.replace(/\W/g, '')}`
        const figures = await subject.ask({ do: 'speed', budgetMs, port: server.port, namespace })
        results.set(name, [...(results.get(name) ?? []), figures])
      } catch (error) {
        process.exitCode = 1
        console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        await subject.stop()
      }
    }
  }
  return results
}

function printMemory(memory: ReadonlyMap<SubjectName, number | string>): void {
  const lines = [...memory].flatMap(([name, bytes]): Line[] =>
    bytes === '-' ? [] : [{ name, cells: [typeof bytes === 'string' ? bytes : formatNs(bytes)] }],
  )
  printTable(`Heap an entry, ${memoryEntries.toLocaleString('en')} small entries in L1`, ['bytes'], lines)
}

function printGroups(groups: ReadonlyMap<SubjectName, GroupRow | string>): void {
  const lines = [...groups].map(([name, row]): Line => {
    if (typeof row === 'string') return { name, cells: [row, '', ''] }
    return { name, cells: [row.few.toFixed(2), row.many.toFixed(2), `x${(row.many / row.few).toFixed(2)}`] }
  })
  const many = groupEntries.toLocaleString('en')
  printTable('Invalidating a group, ms', [`${FEW} entries`, `${many} entries`, 'ratio'], lines)
}

async function printProbes(): Promise<void> {
  const rows = new Map<SubjectName, ProbeRow>()
  for (const name of CACHES) {
    const own = await RedisServer.start()
    rows.set(name, await probe(name, own))
    await own.kill()
  }
  const freezer = await RedisServer.start()
  const frozen = await probeFreeze(CACHES, freezer, freezeCapMs)
  await freezer.kill()
  const lines = CACHES.map((name): Line => {
    const {
      deleteDuringLoad = '',
      groupDuringLoad = '',
      disconnect = '',
      originCalls = '',
    } = rows.get(name) ?? {}
    const { hit = '', miss = '' } = frozen.get(name) ?? {}
    return { name, cells: [deleteDuringLoad, groupDuringLoad, disconnect, hit, miss, originCalls] }
  })
  const columns = [
    'delete in load',
    'group in load',
    'missed delete',
    'frozen: hit',
    'frozen: miss',
    '800 callers: origin calls',
  ]
  printTable('What becomes of it', columns, lines)
}
