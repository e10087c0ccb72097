// What share of requests a cache of so many bytes answers, by how it chooses what to let go of; and what a hit and a write cost.
// `npm run bench -- eviction [--requests N] [--megabytes N]`
import { parseArgs } from 'node:util'
import { printTable } from '../cache/print.ts'
import { currentLoad, describeMachine } from '../machine.ts'
import { median } from '../median.ts'
import { POLICIES, type Policy, type Value } from './policies.ts'
import { type Trace, bytesOf, createTraces } from './traces.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    requests: { type: 'string', default: '600000' },
    megabytes: { type: 'string', default: '12' },
  },
})
const requests = Number(values.requests)
const maxBytes = Number(values.megabytes) * 1e6
if (!Number.isSafeInteger(requests) || requests < 1_000 || !(maxBytes > 0)) {
  throw new RangeError('Give --requests as a whole number from 1,000 on, and --megabytes above 0.')
}
const names = Object.keys(POLICIES)
console.log(`\nEviction: ${describeMachine()}, load ${currentLoad()}`)
console.log(
  `  ${maxBytes / 1e6} MB, ${requests.toLocaleString('en')} requests a trace, the first fifth not counted`,
)
printTable(
  'Hits, %',
  names,
  createTraces(requests).map((trace) => ({
    name: trace.name,
    cells: names.map((name) => hitRatio(name, trace)),
  })),
)
const costs = measureCosts()
printTable(
  'Cost, ns, the middle of 31 rounds in turn',
  names,
  (['hit', 'miss', 'write when full'] as const).map((what) => ({
    name: what,
    cells: names.map((name) => Math.round(median(costs[what].get(name) ?? [])).toLocaleString('en')),
  })),
)

function create(name: string): Policy {
  const make = POLICIES[name]
  if (make === undefined) throw new RangeError(`There is no policy ${JSON.stringify(name)}.`)
  return make(maxBytes)
}

function hitRatio(name: string, trace: Trace): string {
  const cache = create(name)
  const values = new Map<number, Value>()
  let hits = 0
  let counted = 0
  trace.requests.forEach((id, index) => {
    const key = `product:${id}`
    const isHit = cache.get(key) !== undefined
    if (index >= trace.requests.length / 5) {
      counted += 1
      if (isHit) hits += 1
    }
    if (isHit) return
    const value = values.get(id) ?? { bytes: bytesOf(id) }
    values.set(id, value)
    cache.set(key, value)
  })
  return ((100 * hits) / counted).toFixed(1)
}

function measureCosts(): Record<'hit' | 'miss' | 'write when full', Map<string, number[]>> {
  const value: Value = { bytes: 2_450 }
  const fit = Math.floor((maxBytes / value.bytes) * 0.8)
  const held = Array.from({ length: fit }, (_, index) => `product:${index}`)
  const absent = held.map((key) => `${key}:no`)
  const results = { hit: new Map<string, number[]>(), miss: new Map(), 'write when full': new Map() }
  const caches = new Map(names.map((name) => [name, create(name)]))
  for (const cache of caches.values()) {
    // Read twice, so that what tells new entries from known ones has done so.
    for (const key of held) cache.set(key, value)
    for (const key of [...held, ...held]) cache.get(key)
  }
  let written = 0
  for (let round = 0; round < 31; round += 1) {
    for (const [name, cache] of caches) {
      const time = (
        what: keyof typeof results,
        keys: readonly string[],
        run: (key: string) => unknown,
      ): void => {
        const start = performance.now()
        for (const key of keys) run(key)
        const ns = ((performance.now() - start) * 1e6) / keys.length
        results[what].set(name, [...(results[what].get(name) ?? []), ns])
      }
      time('hit', held, (key) => cache.get(key))
      time('miss', absent, (key) => cache.get(key))
    }
  }
  for (let round = 0; round < 31; round += 1) {
    for (const [name, cache] of caches) {
      const fresh = Array.from({ length: 2_000 }, () => `written:${(written += 1)}`)
      const start = performance.now()
      for (const key of fresh) cache.set(key, value)
      const ns = ((performance.now() - start) * 1e6) / fresh.length
      results['write when full'].set(name, [...(results['write when full'].get(name) ?? []), ns])
    }
  }
  return results
}
