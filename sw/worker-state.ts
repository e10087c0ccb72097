import { Database } from './database.ts'
import { Partitions } from './partitions.ts'
import type { Platform } from './platform.ts'

/** What all caches of one worker share: the connection, and whose responses are private to whom. */
export interface WorkerState {
  readonly database: Database
  readonly partitions: Partitions
}

const STATES = new WeakMap<Platform, WorkerState>()

export function workerState(platform: Platform): WorkerState {
  const known = STATES.get(platform)
  if (known !== undefined) return known
  const database = new Database(platform)
  const partitions = new Partitions(database, platform)
  const state = { database, partitions }
  STATES.set(platform, state)
  return state
}
