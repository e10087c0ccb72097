// What it costs to write a value for L2 and to read it, in which form and how compressed.
// `npm run bench -- codec [--budget MS]`
import { parseArgs } from 'node:util'
import { printTable } from '../cache/print.ts'
import { currentLoad, describeMachine } from '../machine.ts'
import { readFromRedis } from './loopback.ts'
import { timeInTurn } from './timing.ts'
import { createValue } from './values.ts'
import { BARE, COMPRESSORS, FORMATS, type Way } from './ways.ts'

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: { budget: { type: 'string', default: '150' } },
})
const budgetMs = Number(options.budget)
if (!(budgetMs > 0)) throw new RangeError('Give --budget in ms, above 0.')
const SIZES = [200, 1_000, 10_000, 100_000, 1_000_000]
const BYTES_A_US = 125 // 1 Gbit/s
const values = SIZES.map((size) => createValue(size))

console.log(`\nCodec: ${describeMachine()}, load ${currentLoad()}`)
values.slice(0, 4).forEach((value) => compare('Forms', FORMATS, value))
values.forEach((value) => compare('Compressors', COMPRESSORS, value))
const rows = await readFromRedis(values)
printTable(
  'A read from Redis on loopback to the value, us',
  ['plain', 'compressed'],
  rows.map((row, index) => ({
    name: lengthOf(values[index]),
    cells: [row.plain.toFixed(0), row.compressed.toFixed(0)],
  })),
)
console.log(`  load ${currentLoad()} at the end`)

function compare(title: string, ways: Readonly<Record<string, Way>>, value: unknown): void {
  const written = new Map(
    Object.entries(ways).map(([name, way]) => [name, Buffer.from(way.encode(value) as string)]),
  )
  const runs = (run: (way: Way, bytes: Buffer) => unknown): Map<string, () => unknown> =>
    new Map(
      Object.entries(ways).map(([name, way]) => [name, () => run(way, written.get(name) ?? Buffer.alloc(0))]),
    )
  const encode = timeInTurn(
    runs((way) => way.encode(value)),
    budgetMs,
  )
  const decode = timeInTurn(
    runs((way, bytes) => way.decode(bytes)),
    budgetMs,
  )
  const lines = [...written].map(([name, bytes]) => {
    const decodeUs = decode.get(name) ?? 0
    const wireUs = bytes.length / BYTES_A_US
    const cells = [
      bytes.length.toLocaleString('en'),
      (encode.get(name) ?? 0).toFixed(2),
      decodeUs.toFixed(2),
      ((decode.get(BARE) ?? 0) / decodeUs).toFixed(2),
      (wireUs + decodeUs).toFixed(1),
    ]
    return { name, cells }
  })
  const columns = ['bytes', 'encode us', 'decode us', 'x JSON alone', '1 Gbit/s + decode us']
  printTable(`${title}, ${lengthOf(value)} of JSON`, columns, lines)
}

function lengthOf(value: unknown): string {
  return `${(Buffer.byteLength(JSON.stringify(value)) / 1_000).toFixed(1)} kB`
}
