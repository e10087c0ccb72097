import { assertGroupName, describeValue } from '../../policy/index.ts'
import type { Invalidation } from '../log/invalidation.ts'

const LISTS = ['keys', 'groups', 'prefixes', 'urls'] as const

/** The names to be invalidated for one response. */
export type NameSets = Readonly<Record<(typeof LISTS)[number], Set<string>>>

export function noNames(): NameSets {
  return { keys: new Set(), groups: new Set(), prefixes: new Set(), urls: new Set() }
}

export function hasNames(names: NameSets): boolean {
  return LISTS.some((list) => names[list].size > 0)
}

/**
 * Adds what can be invalidated. What can't is left out, and told: names are often made from what a visitor typed, nothing
 * can be stored under one that is not portable, and one such name must not cost the others theirs.
 */
export function addUsable(names: NameSets, what: Invalidation, warn: (message: string) => void): void {
  for (const list of LISTS) {
    const given: unknown = what[list] ?? []
    if (!Array.isArray(given)) {
      warn(
        `\`${list}\` to be invalidated is ${describeValue(given)} and was left out. Give an array of strings.`,
      )
      continue
    }
    for (const name of given as readonly unknown[]) {
      if (isUsable(list, name)) names[list].add(name)
      else
        warn(`${describeValue(name)} among the \`${list}\` to be invalidated was left out. ${ADVICE[list]}`)
    }
  }
}

const ADVICE = {
  keys: 'Give texts.',
  groups: 'Use 1 to 128 of a-z, 0-9, ".", "_", "~" and "-".',
  prefixes: 'Give texts.',
  urls: 'Give absolute ones, such as "https://shop.example/api/products/42".',
} as const

function isUsable(list: (typeof LISTS)[number], name: unknown): name is string {
  if (typeof name !== 'string') return false
  if (list === 'keys') return name !== ''
  if (list === 'urls') return URL.canParse(name) && /^https?:$/.test(new URL(name).protocol)
  return list === 'prefixes' || isGroupName(name)
}

function isGroupName(name: string): boolean {
  try {
    assertGroupName(name)
    return true
  } catch {
    return false
  }
}
