// Takes out one part after the other, between processes and through browsers, and fails where that is not noticed: a check that can't
// fail any more says nothing.
import { BREAKS, type Break } from './breaks.ts'
import { BROWSER_BREAKS, type BrowserBreak } from './browser/breaks.ts'
import { runBrowserCoherence } from './browser/browser-coherence.ts'
import { runCoherence } from './coherence.ts'

const LONGEST_S = 180
const COMMON = { seconds: LONGEST_S, seed: Math.floor(Math.random() * 1e9), maxLagMs: 1_000 }

process.stdout.write(`seed ${COMMON.seed}, at most ${LONGEST_S} s each\n`)
for (const name of Object.keys(BREAKS) as Break[])
  report(name, await runCoherence({ ...COMMON, through: 'processes', processes: 4, break: name }))
for (const name of Object.keys(BROWSER_BREAKS) as BrowserBreak[]) {
  const rig = { browsers: 3, processes: 2, rows: 'both' } as const
  report(name, await runBrowserCoherence({ ...COMMON, ...rig, break: name }))
}

function report(name: string, { caughtAfterMs }: { readonly caughtAfterMs?: number }): void {
  const isCaught = caughtAfterMs !== undefined
  if (!isCaught) process.exitCode = 1
  const verdict = isCaught ? `caught after ${(caughtAfterMs / 1_000).toFixed(1)} s` : 'NOT CAUGHT'
  process.stdout.write(`${name.padEnd(16)} ${verdict}\n`)
}
