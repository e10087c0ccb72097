// npm run conformance -- SUBJECT [options]
import { writeFile } from 'node:fs/promises'
import { USAGE, chooseTests, parseConformanceArguments } from './arguments.ts'
import { runConformance } from './conformance.ts'
import { reportLines } from './report.ts'
import { SUBJECTS } from './subjects.ts'
import { loadSuite } from './suite.ts'
import { browserSubject } from './browser-subject.ts'

try {
  const args = parseConformanceArguments(process.argv.slice(2))
  const suite = await loadSuite(process.env['CACHE_TESTS_DIR'])
  const subject = args.subject === 'sw' ? browserSubject(args) : SUBJECTS[args.subject](args.profile)
  const ids = chooseTests(suite, subject, args)
  const run = await runConformance({
    suite,
    subject,
    ...(ids === undefined ? {} : { ids }),
    isAlone: args.id !== undefined,
    isLogged: args.isVerbose,
  })
  const isVerbose = args.isVerbose || args.id !== undefined
  process.stdout.write(`${reportLines(suite, run, isVerbose).join('\n')}\n`)
  if (args.json !== undefined) await writeFile(args.json, `${JSON.stringify(run, undefined, 2)}\n`)
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
  process.exitCode = 1
}
