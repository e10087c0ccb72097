// Whether memory is flat after millions of distinct keys: `npm run bench -- memory [--only l1|redis] [--millions N]`
import { currentLoad, describeMachine } from '../machine.ts'
import { LIMIT, growth, measureGrowth } from './growth.ts'
import { parseMemoryOptions } from './options.ts'

const { variants, millions } = parseMemoryOptions(process.argv.slice(3))
console.log(`Memory: ${describeMachine()}, load ${currentLoad()}; after collections, MB`)
for (const variant of variants) {
  const measured = await measureGrowth(variant, millions, (point) => {
    const { millions, rssBytes, heapBytes } = point
    console.log(
      `  ${variant}: ${millions} M keys, RSS ${(rssBytes / 1e6).toFixed(1)}, heap ${(heapBytes / 1e6).toFixed(1)}`,
    )
  })
  const grown = growth(measured)
  const isFlat = grown <= LIMIT
  console.log(
    `  ${variant}: ${grown < 0 ? '' : '+'}${(grown * 100).toFixed(1)}% from 2 M to ${millions} M keys, ${isFlat ? 'flat' : `NOT FLAT: more than ${LIMIT * 100}%`}`,
  )
  if (!isFlat) process.exitCode = 1
}
