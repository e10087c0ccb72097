import { ownerTagOf } from '../../policy/index.ts'
import type { CompleteInvalidation } from '../log/invalidation.ts'
import type { NumberedInvalidation } from '../log/log-page.ts'
import { isUrlName } from '../response-groups.ts'

/** What a browser is told to let go of. */
export interface Names {
  readonly groups: readonly string[]
  readonly urls: readonly string[]
}

/** Whoever missed more names is told to let go of all: that is smaller, and rare. */
const MOST_NAMES = 5_000

/** The names of many entries, each once, everybody's after `seq` only; `undefined` where there are too many to be told. */
export function gatherNames(
  entries: readonly NumberedInvalidation[],
  ownerTag: string | undefined,
  seq = 0,
): Names | undefined {
  const groups = new Set<string>()
  const urls = new Set<string>()
  for (const { invalidation, seq: own } of entries) {
    const names =
      own > seq ? namesFor(invalidation, ownerTag) : { groups: ownOf(invalidation, ownerTag), urls: [] }
    for (const group of names.groups) groups.add(group)
    for (const url of names.urls) urls.add(url)
    if (groups.size + urls.size > MOST_NAMES) return undefined
  }
  return { groups: [...groups], urls: [...urls] }
}

/** The names in an invalidation that mean something to every browser. */
export function namesForAll({ groups, urls = [] }: CompleteInvalidation): Names {
  return { groups: groups.filter((group) => !isUrlName(group) && ownerTagOf(group) === undefined), urls }
}

/** The groups in an invalidation that are some user's own. */
export function ownedGroups({ groups }: CompleteInvalidation): readonly string[] {
  return groups.filter((group) => ownerTagOf(group) !== undefined)
}

/** The names that one browser is told: everybody's, and those of the user who is signed in there. */
export function namesFor(invalidation: CompleteInvalidation, ownerTag: string | undefined): Names {
  const { groups, urls } = namesForAll(invalidation)
  return { groups: [...groups, ...ownOf(invalidation, ownerTag)], urls }
}

function ownOf(invalidation: CompleteInvalidation, ownerTag: string | undefined): readonly string[] {
  if (ownerTag === undefined) return []
  return ownedGroups(invalidation).filter((group) => ownerTagOf(group) === ownerTag)
}
