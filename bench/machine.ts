import { cpus, loadavg } from 'node:os'

export function describeMachine(): string {
  return `Node ${process.versions.node}, ${cpus().length} cores`
}

/** The load average of the last minute: figures that were taken under a load of others mean little. */
export function currentLoad(): string {
  return (loadavg()[0] ?? 0).toFixed(2)
}
