import type { Draw } from './draw.ts'

const ENDINGS = [0, 50, 90] as const

/** A price in cents within the range, ending in .00, .50 or .90. Most things stand near the cheap end of their shelf. */
export function priceOf([cheapest, dearest]: readonly [number, number], draw: Draw): number {
  const share = draw.number('price') ** 1.6
  const euros = Math.floor((cheapest + share * (dearest - cheapest)) / 100)
  return euros * 100 + draw.pick('price-ending', [...ENDINGS])
}

/** How many pieces the shop starts with: about one product in twenty is sold out, one in eight is running low. */
export function stockOf(draw: Draw): number {
  const lot = draw.number('stock')
  if (lot < 0.05) return 0
  if (lot < 0.17) return 1 + Math.floor(draw.number('stock-low') * 5)
  return 8 + Math.floor(draw.number('stock-full') * 90)
}
