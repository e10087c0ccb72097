/**
 * Milliseconds of the machine's monotonic clock, which reads the same in all of its processes. `performance.now()` does not:
 * in each process it counts from the start.
 */
export function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
