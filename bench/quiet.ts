import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 1_000
const QUIET_SHARE = 0.1
const QUIET_LOOKS = 3

/**
 * Resolves once the machine has had next to nothing to do for three seconds, or after `mostMs`: what has been filled goes on
 * being written and sorted for a while, and none of that belongs into the figures. Resolves with the share of the processors that was busy last.
 */
export async function untilQuiet(mostMs: number): Promise<number> {
  let share = 1
  let quiet = 0
  for (let passedMs = 0; passedMs < mostMs && quiet < QUIET_LOOKS; passedMs += LOOK_MS) {
    const before = processorTimes()
    await sleep(LOOK_MS)
    const after = processorTimes()
    share = 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all)
    quiet = share < QUIET_SHARE ? quiet + 1 : 0
  }
  return share
}

function processorTimes(): { readonly idle: number; readonly all: number } {
  let idle = 0
  let all = 0
  for (const { times } of cpus()) {
    idle += times.idle
    all += times.idle + times.user + times.nice + times.sys + times.irq
  }
  return { idle, all }
}
