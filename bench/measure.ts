import { cpus, loadavg } from 'node:os'

/** One thing to measure: does its work `times` times and resolves. */
export interface Candidate {
  readonly name: string
  readonly run: (times: number) => Promise<void>
}

/** Operations a second of each candidate, by round. Rounds are interleaved, so that a machine's moods fall on all alike. */
export async function measure(
  candidates: readonly Candidate[],
  { rounds = 7, times }: { rounds?: number; times: number },
): Promise<Map<string, number[]>> {
  const results = new Map<string, number[]>(candidates.map(({ name }) => [name, []]))
  for (const { run } of candidates) await run(Math.ceil(times / 4))
  for (let round = 0; round < rounds; round += 1) {
    const shifted = candidates.map((_, index) => candidates[(index + round) % candidates.length])
    for (const candidate of shifted) {
      if (candidate === undefined) continue
      const start = performance.now()
      await candidate.run(times)
      results.get(candidate.name)?.push((times / (performance.now() - start)) * 1_000)
    }
  }
  return results
}

/** Prints medians, and each as a ratio to the first candidate. */
export function report(title: string, results: ReadonlyMap<string, readonly number[]>): void {
  const [load = 0] = loadavg()
  console.log(`\n${title}`)
  console.log(`  Node ${process.versions.node}, ${cpus().length} cores, load ${load.toFixed(2)}`)
  const medians = [...results].map(([name, all]) => ({ name, median: median(all), all }))
  const base = medians[0]?.median ?? 1
  for (const { name, median: rate, all } of medians) {
    const spread = `${format(Math.min(...all))} to ${format(Math.max(...all))}`
    console.log(
      `  ${name.padEnd(34)} ${format(rate).padStart(11)}/s  x${(rate / base).toFixed(2)}  (${spread})`,
    )
  }
}

/** The middle value, the upper one of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en')
}
