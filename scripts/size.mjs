// Prints the gzip size of what a browser downloads, and fails when a budget is exceeded, or when the import of one part
// of the worker's library brings another one along.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** What stands in a file that browsers get as it is. */
const FILES = [
  ['dist/sw.js', 24_200],
  ['dist/sw-off.js', 600],
  ['dist/client.js', 5_700],
  ['dist/panel.js', 8_800],
]

/**
 * What a bundler makes of an import, with what must not be in it.
 *
 * @type {readonly (readonly [code: string, name: string, budget: number, forbidden: readonly string[]])[]}
 */
const IMPORTS = [
  [
    "import { HttpCache } from './dist/sw/index.js'; new HttpCache()",
    'HttpCache',
    21_700,
    ['precache', 'start-worker'],
  ],
  [
    "import { AppShell } from './dist/sw/index.js'; new AppShell({ precache: [] })",
    'AppShell',
    7_100,
    ['http-cache', 'private-cache', 'workbox'],
  ],
  ["import { register } from './dist/client/index.js'; register()", 'register', 3_600, ['panel']],
]

let isOver = false

for (const [path, budget] of FILES) report(path, readFileSync(path), budget)
for (const [code, name, budget, forbidden] of IMPORTS) {
  const { bytes, modules } = await bundle(code)
  report(`import { ${name} }`, bytes, budget)
  for (const module of modules) {
    const part = forbidden.find((word) => module.includes(word))
    if (part === undefined) continue
    process.stdout.write(`  brings ${part} along: ${module}\n`)
    isOver = true
  }
}
process.exitCode = isOver ? 1 : 0

function report(what, bytes, budget) {
  const gzip = gzipSync(bytes, { level: 9 }).length
  const kilobytes = (size) => `${(size / 1_000).toFixed(1)} kB`
  const verdict = gzip <= budget ? 'ok' : 'OVER BUDGET'
  process.stdout.write(
    `${what.padEnd(22)} ${kilobytes(bytes.length)} min  ${kilobytes(gzip)} gzip  budget ${kilobytes(budget)}  ${verdict}\n`,
  )
  isOver ||= gzip > budget
}

/** As a user's bundler would: minified, for production, with what is not used left out. */
async function bundle(code) {
  const entry = 'virtual:entry'
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? `${process.cwd()}/entry.js` : undefined),
        load: (id) => (id === `${process.cwd()}/entry.js` ? code : undefined),
      },
    ],
    build: { write: false, target: 'es2022', rolldownOptions: { input: entry, output: { format: 'es' } } },
  }).then((results) => (Array.isArray(results) ? results[0] : results))
  const [chunk] = output
  const used = Object.entries(chunk.modules).filter(([, { renderedLength }]) => renderedLength > 0)
  return { bytes: Buffer.from(chunk.code), modules: used.map(([id]) => id.replace(`${process.cwd()}/`, '')) }
}
