import { ownerTagOf } from '../../policy/index.ts'
import type { CompleteInvalidation } from '../log/invalidation.ts'
import type { NumberedInvalidation } from '../log/log-page.ts'
import { isUrlName } from '../response-groups.ts'
import type { EdgePurger, PurgeRequest } from './edge-purger.ts'

/** What may be named to an edge. */
export type PurgeKind = 'groups' | 'urls'

/** An edge and what the application names to it. */
export interface AddressedEdge {
  readonly purger: EdgePurger
  readonly purge: ReadonlySet<PurgeKind>
}

/** What to ask of an edge, so that it has let go of the log up to `to`. */
export interface PurgePlan {
  /** `undefined`: everything, since it would be too much to name. */
  readonly requests: readonly PurgeRequest[] | undefined
  readonly to: number
}

type Mode = PurgeRequest['mode']

/** Whether a group means anything outside the fleet: not the response cache's own names for URLs, and not what is one user's own, since CDNs hold nothing of that. */
export function isForEdges(group: string): boolean {
  return !isUrlName(group) && ownerTagOf(group) === undefined
}

/** Whether an invalidation names anything to an edge. */
export function concerns({ groups, urls = [] }: CompleteInvalidation, { purge }: AddressedEdge): boolean {
  return (purge.has('urls') && urls.length > 0) || (purge.has('groups') && groups.some(isForEdges))
}

/**
 * The requests for a piece of the log, each name once. Where there are more than `mostNames`, everything; for an edge that can't, the
 * beginning of the piece, which the log keeps the rest of.
 */
export function planPurge(
  entries: readonly NumberedInvalidation[],
  cursor: number,
  edge: AddressedEdge,
  mostNames: number,
): PurgePlan {
  const { abilities } = edge.purger
  const groups = new Map<string, Mode>()
  const urls = new Map<string, Mode>()
  let to = cursor
  for (const { seq, invalidation } of entries) {
    const isFull = groups.size + urls.size >= mostNames && !abilities.everything
    if (isFull && concerns(invalidation, edge)) return { requests: requestsOf(groups, urls, edge), to }
    const mode = invalidation.mode === 'expire' && abilities.expire ? 'expire' : 'delete'
    if (edge.purge.has('groups')) gather(groups, invalidation.groups.filter(isForEdges), mode)
    if (edge.purge.has('urls')) gather(urls, invalidation.urls ?? [], mode)
    if (groups.size + urls.size > mostNames && abilities.everything)
      return { requests: undefined, to: cursor }
    to = seq
  }
  return { requests: requestsOf(groups, urls, edge), to: cursor }
}

/** What is to be gone is not kept as stale because somebody asked for that too. */
function gather(names: Map<string, Mode>, more: readonly string[], mode: Mode): void {
  for (const name of more) if (mode === 'delete' || !names.has(name)) names.set(name, mode)
}

function requestsOf(
  groups: ReadonlyMap<string, Mode>,
  urls: ReadonlyMap<string, Mode>,
  { purger: { mostNames } }: AddressedEdge,
): PurgeRequest[] {
  return [...ofKind('groups', groups, mostNames.groups), ...ofKind('urls', urls, mostNames.urls)]
}

function ofKind(kind: PurgeKind, names: ReadonlyMap<string, Mode>, most: number): PurgeRequest[] {
  const requests: PurgeRequest[] = []
  for (const mode of ['delete', 'expire'] as const) {
    const those = [...names].flatMap(([name, its]) => (its === mode ? [name] : []))
    for (let from = 0; from < those.length; from += most) {
      requests.push({ kind, names: those.slice(from, from + most), mode })
    }
  }
  return requests
}
