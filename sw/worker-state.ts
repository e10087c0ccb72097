import { Database } from './database.ts'
import { Partitions } from './partitions.ts'
import type { Platform } from './platform.ts'
import { SiteInvalidations } from './site-invalidations.ts'

/** What all caches of one worker share: the connection, whose responses are private to whom, and what the site has invalidated. */
export interface WorkerState {
  readonly database: Database
  readonly partitions: Partitions
  readonly site: SiteInvalidations
}

const STATES = new WeakMap<Platform, WorkerState>()

export function workerState(platform: Platform): WorkerState {
  const known = STATES.get(platform)
  if (known !== undefined) return known
  const database = new Database(platform)
  const partitions = new Partitions(database, platform)
  const state = { database, partitions, site: new SiteInvalidations(platform, database) }
  STATES.set(platform, state)
  return state
}
