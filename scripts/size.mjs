// Prints the gzip size of what a browser downloads, and fails when a budget is exceeded.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGETS = [['dist/sw.js', 16_000]]

let isOver = false
for (const [path, budget] of BUDGETS) {
  const bytes = readFileSync(path)
  const gzip = gzipSync(bytes, { level: 9 }).length
  const kilobytes = (size) => `${(size / 1_000).toFixed(1)} kB`
  const verdict = gzip <= budget ? 'ok' : 'OVER BUDGET'
  process.stdout.write(
    `${path}  ${kilobytes(bytes.length)} min  ${kilobytes(gzip)} gzip  budget ${kilobytes(budget)}  ${verdict}\n`,
  )
  isOver ||= gzip > budget
}
process.exitCode = isOver ? 1 : 0
