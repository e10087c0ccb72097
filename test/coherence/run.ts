// npm run coherence -- [options]
import { describeViolation, formatReport } from '../../server/testing/index.ts'
import {
  type BrowserCoherenceArguments,
  type CoherenceArguments,
  USAGE,
  parseCoherenceArguments,
} from './arguments.ts'
import { runBrowserCoherence } from './browser/browser-coherence.ts'
import { describeBrowserViolation, formatBrowserReport } from './browser/check-browser-history.ts'
import { runCoherence } from './coherence.ts'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`Ended by ${signal}.`)))
}

if (process.argv.includes('--help')) process.stdout.write(`${USAGE}\n`)
else await main()

async function main(): Promise<void> {
  try {
    const args = parseCoherenceArguments(process.argv.slice(2))
    process.exitCode = (await (args.through === 'browser' ? throughBrowsers(args) : betweenProcesses(args)))
      ? 0
      : 1
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    process.exitCode = 1
  }
}

async function betweenProcesses(args: CoherenceArguments): Promise<boolean> {
  process.stdout.write(`${args.processes} processes, ${describe(args)}\n`)
  const { report, faults, caughtAfterMs } = await runCoherence(args, interrupted.signal)
  process.stdout.write(`faults: ${faults}\n`)
  for (const violation of report.violations) process.stdout.write(`${describeViolation(violation)}\n`)
  tellCaught(caughtAfterMs)
  process.stdout.write(`${formatReport(report)}\n`)
  return report.isCoherent
}

async function throughBrowsers(args: BrowserCoherenceArguments): Promise<boolean> {
  const { browsers, processes } = args
  process.stdout.write(
    `${browsers} browsers with 2 tabs each, ${processes} server processes, ${describe(args)}\n`,
  )
  const { report, faults, unhealed, caughtAfterMs } = await runBrowserCoherence(args, interrupted.signal)
  process.stdout.write(`faults: ${faults}\n`)
  for (const violation of report.violations) process.stdout.write(`${describeBrowserViolation(violation)}\n`)
  for (const what of unhealed) process.stdout.write(`not healed: ${what}\n`)
  tellCaught(caughtAfterMs)
  process.stdout.write(`${formatBrowserReport(report)}\n`)
  return report.isCoherent && unhealed.length === 0
}

function describe(args: CoherenceArguments | BrowserCoherenceArguments): string {
  const { maxLagMs, seconds, seed } = args
  const without = args.break === undefined ? '' : `, without ${args.break}`
  return `${seconds} s, seed ${seed}, maxLagMs ${maxLagMs}${without}`
}

function tellCaught(afterMs: number | undefined): void {
  if (afterMs !== undefined) process.stdout.write(`caught after ${(afterMs / 1_000).toFixed(1)} s\n`)
}
