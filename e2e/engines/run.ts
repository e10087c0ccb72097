// npm run test:engines -- [ENGINE ...] [options]
import { readFile } from 'node:fs/promises'
import { type EnginesArguments, USAGE, parseEnginesArguments } from './arguments.ts'
import { SUBJECTS } from './cases/index.ts'
import type { EngineName } from './engine.ts'
import { type CaseResult, type EngineResult, isAsDeclared, progressLine, reportLines } from './report.ts'
import { runEngine } from './run-engine.ts'

const args = readArguments()
if (args !== undefined) {
  // Leaving by a signal, too, must end the browsers.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  const hasPassed = await runAll(args).catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`)
    // The other browsers must not be waited for; they end with this process.
    process.exit(1)
  })
  process.exitCode = hasPassed ? 0 : 1
}

function readArguments(): EnginesArguments | undefined {
  try {
    return parseEnginesArguments(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    process.exitCode = 1
    return undefined
  }
}

/** Returns whether every case went as declared in every engine. All run side by side: none keeps two cores busy. */
async function runAll({ engines, only, worker }: EnginesArguments): Promise<boolean> {
  const subjects = SUBJECTS.map(({ subject, cases }) => ({
    subject,
    cases: cases.filter(({ name }) => `${subject}: ${name}`.toLowerCase().includes(only)),
  }))
  if (subjects.every(({ cases }) => cases.length === 0)) {
    throw new Error(`No case has ${JSON.stringify(only)} in its name.`)
  }
  // Read once: a build that runs meanwhile must not give half of the cases another worker.
  const script = await readFile(worker ?? new URL('../../dist/sw.js', import.meta.url), 'utf8')
  const run = async (engine: EngineName): Promise<EngineResult> => {
    const onResult = (result: CaseResult): void => {
      process.stdout.write(`${engine} ${progressLine(result)}\n`)
    }
    return await runEngine(engine, subjects, script, onResult)
  }
  const results = await Promise.all(engines.map(run))
  process.stdout.write(`\n${reportLines(results).join('\n')}\n`)
  return results.every(({ cases }) => cases.every(isAsDeclared))
}
