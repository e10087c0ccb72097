import type { Invalidation } from '../../server/log/invalidation.ts'
import type { Random } from '../fuzz/random.ts'

const HOT = 6
const COLD = 120
const COLD_A_FAMILY = 2

/** A key, what else it may be invalidated by, and how that reaches the others. */
interface Family {
  readonly prefix: string
  readonly group: string
  readonly keys: readonly string[]
}

/**
 * Few keys that are always being changed, for the races; and many that are left alone for longer than a cache may lag, so
 * that a lost invalidation is not made good by the next one before anybody sees it.
 */
const FAMILIES: readonly Family[] = [
  makeFamily('hot', HOT),
  ...Array.from({ length: COLD / COLD_A_FAMILY }, (_, index) => makeFamily(`cold-${index}`, COLD_A_FAMILY)),
]

const [HOT_FAMILY, ...COLD_FAMILIES] = FAMILIES as readonly [Family, ...Family[]]

export const KEYS: readonly string[] = FAMILIES.flatMap((family) => family.keys)

/** A family to read from or to write to. */
export function pickFamily(random: Random, hotShare: number): Family {
  return random.chance(hotShare) ? HOT_FAMILY : random.pick(COLD_FAMILIES)
}

/** One of the three ways to invalidate a key, and all keys that it covers. */
export function pickInvalidation(
  random: Random,
  family: Family,
  key: string,
): { invalidation: Invalidation; keys: readonly string[] } {
  const way = random.below(4)
  if (way === 0) return { invalidation: { groups: [family.group] }, keys: family.keys }
  if (way === 1) return { invalidation: { prefixes: [family.prefix] }, keys: family.keys }
  return { invalidation: { keys: [key] }, keys: [key] }
}

function makeFamily(name: string, count: number): Family {
  const keys = Array.from({ length: count }, (_, index) => `${name}:${index}`)
  return { prefix: `${name}:`, group: name, keys }
}
