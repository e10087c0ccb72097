// How often a fleet of real processes asks the origin for one key, also when loads fail and loaders die, against other caches.
// `npm run bench -- fleet [--rounds N] [--only NAME]... [--quick]`
import { RedisServer } from '../../test/support/redis-server.ts'
import { printGoals, printTable } from '../cache/print.ts'
import type { Opening } from '../cache/subject.ts'
import type { SubjectName } from '../cache/subjects.ts'
import { currentLoad, describeMachine } from '../machine.ts'
import { deadHolder } from './dead-holder.ts'
import { parseFleetOptions } from './options.ts'
import { pausedHolder } from './paused-holder.ts'
import { CALLERS, NODES, ORIGIN_MS, stampede } from './stampede.ts'
import { type FleetRound, LEASE_MS, describeRounds, judgeFleet } from './summary.ts'

const { rounds, names } = parseFleetOptions(process.argv.slice(3))
const loadBefore = currentLoad()
const results = new Map<SubjectName, FleetRound[]>()
for (let round = 0; round < rounds; round += 1) {
  for (const name of names) results.set(name, [...(results.get(name) ?? []), await playRound(name)])
}

console.log(`\nA fleet: ${describeMachine()}; load ${loadBefore} before, ${currentLoad()} under it`)
console.log(
  `  ${NODES} processes, ${CALLERS} callers in each, a loader of ${ORIGIN_MS} ms; ${rounds} rounds: the median of`,
)
console.log(`  wall times, the worst of the rest. A lease lives ${LEASE_MS} ms.`)
printTable(
  'One missing key',
  ['calls', 'answered', 'wall ms', 'failing: calls', 'told', 'wall ms'],
  [...results].map(([name, all]) => ({ name, cells: describeRounds(all).slice(0, 6) })),
)
printTable(
  'Whoever loads is killed, or stands still',
  ['loads before', 'next load, ms', 'loads after', 'answered', 'late write'],
  [...results].map(([name, all]) => ({ name, cells: describeRounds(all).slice(6) })),
)
const ours = results.get('thermocline')
if (ours !== undefined) printGoals(judgeFleet(ours))

async function playRound(name: SubjectName): Promise<FleetRound> {
  const server = await RedisServer.start()
  const on = (namespace: string): Opening => ({
    tiers: 'both',
    port: server.port,
    namespace,
    isPatient: false,
  })
  const told = (error: unknown): string => `failed: ${error instanceof Error ? error.message : String(error)}`
  try {
    return {
      stampede: await stampede(name, on('stampede')).catch(told),
      failing: await stampede(name, on('failing'), true).catch(told),
      dead: await deadHolder(name, on('dead')).catch(told),
      paused: await pausedHolder(name, on('paused')).catch(told),
    }
  } finally {
    await server.kill()
  }
}
