const ROUND_US = 500
const WARM_UP = 2_000
const WARM_UP_MS = 100

/**
 * Microseconds that each takes: what the fastest tenth of many rounds took at most. In turn, so that a busy machine is as busy
 * for each; and not the middle, since these never wait for anything, so what makes them slower is what else it does.
 */
export function timeInTurn(runs: ReadonlyMap<string, () => unknown>, budgetMs: number): Map<string, number> {
  const rounds = new Map([...runs].map(([name, run]) => [name, { count: warmUp(run), us: [] as number[] }]))
  const end = performance.now() + budgetMs * runs.size
  do {
    for (const [name, run] of runs) {
      const round = rounds.get(name)
      if (round === undefined) continue
      const start = performance.now()
      for (let index = 0; index < round.count; index += 1) run()
      round.us.push(((performance.now() - start) * 1_000) / round.count)
    }
  } while (performance.now() < end)
  return new Map(
    [...rounds].map(([name, { us }]) => [
      name,
      us.toSorted((a, b) => a - b)[Math.floor(us.length / 10)] ?? 0,
    ]),
  )
}

/** How often it runs in a round. */
function warmUp(run: () => unknown): number {
  const start = performance.now()
  let count = 0
  while (count < WARM_UP && performance.now() - start < WARM_UP_MS) {
    run()
    count += 1
  }
  return Math.max(1, Math.round((ROUND_US * count) / ((performance.now() - start) * 1_000)))
}
