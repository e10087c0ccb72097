// What takes too long for `npm test`: millions of random exchanges, a mutation check of policy/, ten minutes of faults, ten minutes
// each with Redis frozen and killed at 1,000 requests/s, and the memory after ten million distinct keys, ten minutes of faults with browsers,
// and whether those two notice each part that is taken out.
//   npm run soak               all
//   npm run soak -- fuzz       one of them: fuzz, mutation, coherence, browser, breaks, outage or memory
// FUZZ_EXCHANGES and FUZZ_SEED say how many exchanges (5,000,000) and which ones.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const PARTS = {
  fuzz: { command: 'vitest run test/fuzz', defaults: { FUZZ_EXCHANGES: '5000000' } },
  mutation: { command: 'stryker run', defaults: {} },
  coherence: { command: 'tsx test/coherence/run.ts --seconds 600', defaults: {} },
  browser: { command: 'tsx test/coherence/run.ts --through browser --seconds 600', defaults: {} },
  breaks: { command: 'tsx test/coherence/run-breaks.ts', defaults: {} },
  outage: {
    command:
      'tsx bench/run.ts outage --only thermocline --phase frozen --phase killed --seconds 600 --strict',
    defaults: {},
  },
  memory: { command: 'tsx bench/run.ts memory', defaults: {} },
}

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !Object.hasOwn(PARTS, name))
if (unknown === undefined) {
  // The benches measure the package as it is published. Instant when it is up to date.
  spawnSync(process.execPath, ['scripts/prepare.mjs'], { cwd: ROOT, stdio: 'inherit' })
  const results = (asked.length > 0 ? asked : Object.keys(PARTS)).map(run)
  process.stdout.write(`\n${results.map(({ line }) => line).join('\n')}\n`)
  process.exitCode = results.every(({ isGood }) => isGood) ? 0 : 1
} else {
  process.stderr.write(`There is no part \`${unknown}\`. Name one of: ${Object.keys(PARTS).join(', ')}.\n`)
  process.exitCode = 1
}

/** One part, whatever became of those before it. */
function run(name) {
  const { command, defaults } = PARTS[name]
  const settings = Object.keys(defaults).map((key) => `${key}=${process.env[key] ?? defaults[key]} `)
  process.stdout.write(`\n${name}: ${settings.join('')}${command}\n`)
  const startMs = performance.now()
  const [program, ...args] = command.split(' ')
  const { status, error } = spawnSync('npx', ['--no-install', program, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...defaults, ...process.env },
  })
  const seconds = Math.round((performance.now() - startMs) / 1_000)
  const isGood = status === 0
  const verdict = isGood ? 'passed' : `FAILED (${error?.message ?? `exit code ${status}`})`
  return { isGood, line: `${name}: ${verdict} after ${Math.floor(seconds / 60)} min ${seconds % 60} s` }
}
