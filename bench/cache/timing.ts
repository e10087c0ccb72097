import { median } from '../median.ts'

/** What is measured: an operation on one key. */
export type Run = (key: string) => unknown

// Enough turns between looks at the clock for fast subjects not to feel it.
const STEP = 256
// Less would measure the compiler in a short run: what is timed first pays for it, and all others don't.
const LEAST_WARM_UP_MS = 150

/** Nanoseconds an operation, each awaited before the next begins. */
export async function timeAwaited(
  run: Run,
  keys: readonly string[],
  order: Uint32Array,
  budgetMs: number,
): Promise<number> {
  let done = 0
  const until = async (endMs: number): Promise<void> => {
    do {
      for (let index = 0; index < STEP; index += 1, done += 1) {
        await run(keys[order[done % order.length] ?? 0] ?? '')
      }
    } while (performance.now() < endMs)
  }
  return timeOver(until, () => done, budgetMs)
}

/** Nanoseconds an operation that answers at once. */
export async function timeSync(
  run: Run,
  keys: readonly string[],
  order: Uint32Array,
  budgetMs: number,
): Promise<number> {
  let done = 0
  const until = async (endMs: number): Promise<void> => {
    do {
      for (let index = 0; index < STEP; index += 1, done += 1)
        run(keys[order[done % order.length] ?? 0] ?? '')
    } while (performance.now() < endMs)
  }
  return timeOver(until, () => done, budgetMs)
}

/** Nanoseconds an operation with so many under way at once. */
export async function timeConcurrent(
  run: Run,
  keys: readonly string[],
  order: Uint32Array,
  budgetMs: number,
  concurrency: number,
): Promise<number> {
  let done = 0
  const until = async (endMs: number): Promise<void> => {
    const one = async (): Promise<void> => {
      do await run(keys[order[(done += 1) % order.length] ?? 0] ?? '')
      while (performance.now() < endMs)
    }
    await Promise.all(Array.from({ length: concurrency }, one))
  }
  return timeOver(until, () => done, budgetMs)
}

/** Nanoseconds of each work: the median of so many turns, one of each in every turn, so that all meet the same moods of the machine. */
export async function timeInTurn(
  works: Readonly<Record<string, () => Promise<unknown>>>,
  turns: number,
): Promise<Record<string, number>> {
  const times = Object.entries(works).map(([name, work]) => ({ name, work, ns: [] as number[] }))
  // The first turns pay for compiling.
  for (let turn = -5; turn < turns; turn += 1) {
    for (const { work, ns } of times) {
      const start = performance.now()
      await work()
      if (turn >= 0) ns.push((performance.now() - start) * 1e6)
    }
  }
  return Object.fromEntries(times.map(({ name, ns }) => [name, median(ns)]))
}

/** Nanoseconds an operation, after a warm-up of a third of the time, and long enough to be compiled. */
async function timeOver(
  until: (endMs: number) => Promise<void>,
  done: () => number,
  budgetMs: number,
): Promise<number> {
  await until(performance.now() + Math.max(budgetMs / 3, LEAST_WARM_UP_MS))
  const before = done()
  const start = performance.now()
  await until(start + budgetMs)
  return ((performance.now() - start) * 1e6) / (done() - before)
}
