// npm run coherence -- [options]
import { describeViolation, formatReport } from '../../server/testing/index.ts'
import { USAGE, parseCoherenceArguments } from './arguments.ts'
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
    const { processes, seconds, seed, maxLagMs } = args
    const without = args.break === undefined ? '' : `, without ${args.break}`
    process.stdout.write(
      `${processes} processes, ${seconds} s, seed ${seed}, maxLagMs ${maxLagMs}${without}\n`,
    )
    const { report, faults, caughtAfterMs } = await runCoherence(args, interrupted.signal)
    process.stdout.write(`faults: ${faults}\n`)
    for (const violation of report.violations) process.stdout.write(`${describeViolation(violation)}\n`)
    if (caughtAfterMs !== undefined)
      process.stdout.write(`caught after ${(caughtAfterMs / 1_000).toFixed(1)} s\n`)
    process.stdout.write(`${formatReport(report)}\n`)
    process.exitCode = report.isCoherent ? 0 : 1
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    process.exitCode = 1
  }
}
