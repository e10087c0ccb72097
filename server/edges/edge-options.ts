import {
  type Duration,
  ThermoclineError,
  describeValue,
  parseDuration,
  refuseUnknownOptions,
} from '../../policy/index.ts'
import type { TieredCache } from '../cache/tiered-cache.ts'
import { functionOf } from '../cache/option-checks.ts'
import type { RedisClusterLike, RedisLike } from '../redis-like.ts'
import type { EdgeAbilities, EdgePurger } from './edge-purger.ts'
import type { EdgeEvent } from './edge-event.ts'
import type { AddressedEdge, PurgeKind } from './purge-plan.ts'

/** An edge, or an edge with what is named to it where that is not what is named to the others. */
export type EdgeEntry = EdgePurger | { readonly edge: EdgePurger; readonly purge: readonly PurgeKind[] }

type Lacking<A extends EdgeAbilities, P extends PurgeKind> = {
  [K in P]: A[K] extends false ? K : never
}[P]

type Able<E extends EdgePurger, P extends PurgeKind, T> = [Lacking<E['abilities'], P>] extends [never]
  ? T
  : { readonly 'this edge can not purge': Lacking<E['abilities'], P> }

/** What an edge must be, for the compiler to accept it: able to do what it is to be asked. */
type AbleEdge<T, P extends PurgeKind> = T extends {
  readonly edge: infer E extends EdgePurger
  readonly purge: readonly (infer Q extends PurgeKind)[]
}
  ? Able<E, Q, T>
  : T extends EdgePurger
    ? Able<T, P, T>
    : never

export interface EdgesOptions<
  Entries extends readonly EdgeEntry[] = readonly EdgeEntry[],
  Purge extends PurgeKind = PurgeKind,
> {
  /** The cache whose invalidations they are told of. */
  readonly cache: Pick<TieredCache, 'feed' | 'useEdges'>
  /** Each with a name of its own. */
  readonly edges: Entries & { readonly [I in keyof Entries]: AbleEdge<Entries[I], Purge> }
  /**
   * What the application invalidates beyond its own fleet, and so each edge must be able to let go of: an edge that can't is refused.
   * What is not listed is named to no edge. @default ['groups', 'urls']
   */
  readonly purge?: readonly Purge[] | undefined
  /** Where the processes of the fleet agree on which one does the work for all. @default the cache's own client */
  readonly redis?: RedisLike | RedisClusterLike | undefined
  /** Tells apart what several applications keep in one Redis. @default the cache's own */
  readonly namespace?: string | undefined
  /** How long a process that died while it did the work is waited for. @default '3s' */
  readonly leaseMs?: Duration | undefined
  /** How long names are gathered, so that those invalidated together go in one request. @default 5 */
  readonly gatherMs?: Duration | undefined
  /**
   * How long after a purge the same is purged once more, 1 h at most; `false` or 0: never. An answer that had left the origin before the
   * invalidation can reach an edge, and be stored there for its full lifetime, just after the purge: this is to be longer than your origin
   * takes to answer. It costs at most as many requests again, fewer where names are purged often or fit into requests for others, and
   * one more miss of each. It never holds up a first purge or `wait: 'edges'`; it is kept in memory, so that a process that ends leaves
   * it undone, as `false` does. @default '5s'
   */
  readonly again?: Duration | false | undefined
  /** How long an edge may take to answer one request. @default '10s' */
  readonly timeout?: Duration | undefined
  /** More names than this at once are purged as everything. @default 5_000 */
  readonly mostNames?: number | undefined
  /** Told what happens; called synchronously, so keep it short. @default nobody */
  readonly onEvent?: ((event: EdgeEvent) => void) | undefined
}

export interface ResolvedEdgesOptions {
  readonly cache: Pick<TieredCache, 'feed' | 'useEdges'>
  readonly edges: readonly AddressedEdge[]
  readonly redis: RedisLike | RedisClusterLike | undefined
  readonly namespace: string
  readonly leaseMs: number
  readonly gatherMs: number
  readonly againMs: number
  readonly timeoutMs: number
  readonly mostNames: number
  readonly onEvent: ((event: EdgeEvent) => void) | undefined
}

/** What was under way so long has ended, and there would be much to remember. */
const MOST_AGAIN_MS = 3_600_000
const KINDS: readonly PurgeKind[] = ['groups', 'urls']
const KNOWN = [
  'cache',
  'edges',
  'purge',
  'redis',
  'namespace',
  'leaseMs',
  'gatherMs',
  'again',
  'timeout',
  'mostNames',
  'onEvent',
]

/** Throws `option-invalid` or `duration-invalid`. */
export function resolveEdgesOptions(options: EdgesOptions): ResolvedEdgesOptions {
  refuseUnknownOptions('`createEdges`', options, KNOWN)
  const { cache, mostNames = 5_000 } = options
  if (typeof (cache as Partial<TieredCache> | undefined)?.useEdges !== 'function') {
    throw invalid(`\`cache\` is ${describeValue(cache)}. Give what \`createTieredCache()\` has made.`)
  }
  const { site } = cache.feed
  const { redis = site.redis, namespace = site.namespace } = options
  if (typeof namespace !== 'string' || !/^[\w.-]{1,64}$/.test(namespace)) {
    throw invalid(`\`namespace\` is ${describeValue(namespace)}. Give the cache's own.`)
  }
  assertSameLog(cache, redis)
  const purge = kindsOf('purge', options.purge ?? KINDS)
  const edges = edgesOf(options.edges, purge)
  if (!Number.isSafeInteger(mostNames) || mostNames < 1) {
    throw invalid(`\`mostNames\` is ${describeValue(mostNames)}. Give a whole number above 0.`)
  }
  return {
    cache,
    edges,
    redis,
    namespace,
    leaseMs: positive('leaseMs', parseDuration(options.leaseMs ?? 3_000, 'leaseMs')),
    gatherMs: parseDuration(options.gatherMs ?? 5, 'gatherMs'),
    againMs: againOf(options.again ?? '5s'),
    timeoutMs: positive('timeout', parseDuration(options.timeout ?? 10_000, 'timeout')),
    mostNames,
    onEvent: functionOf('onEvent', options.onEvent),
  }
}

/** Several processes would each purge everything that any of them invalidates; or keep numbers that mean nothing to the next one. */
function assertSameLog({ feed }: Pick<TieredCache, 'feed'>, redis: EdgesOptions['redis']): void {
  const isShared = !feed.cursorOf(0).includes('-')
  if (isShared === (redis !== undefined)) {
    if (redis === undefined || typeof (redis as Partial<RedisLike>).call === 'function') return
    throw invalid(`\`redis\` is ${describeValue(redis)}. Give the ioredis client that the cache has.`)
  }
  throw invalid(
    '`createEdges` was given `redis`, and its cache has none. Give it to the cache, which hands it on, or to neither.',
  )
}

function edgesOf(entries: readonly EdgeEntry[], purge: ReadonlySet<PurgeKind>): AddressedEdge[] {
  if (!Array.isArray(entries) || entries.length === 0) {
    throw invalid(
      `\`edges\` is ${describeValue(entries)}. Give an array of at least one, such as \`varnish({ url })\`.`,
    )
  }
  const edges = entries.map((entry: EdgeEntry) => addressed(entry, purge))
  const names = edges.map(({ purger }) => purger.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return edges
  throw invalid(`Two edges are called ${describeValue(twice)}. Give each a \`name\` of its own.`)
}

function addressed(entry: EdgeEntry, purge: ReadonlySet<PurgeKind>): AddressedEdge {
  if (typeof entry === 'object' && entry !== null && 'edge' in entry) {
    refuseUnknownOptions('An entry of `edges`', entry, ['edge', 'purge'])
    return able(entry.edge, kindsOf('purge', entry.purge))
  }
  return able(entry, purge)
}

function able(purger: EdgePurger, purge: ReadonlySet<PurgeKind>): AddressedEdge {
  const { name, abilities, mostNames } = (purger ?? {}) as Partial<EdgePurger>
  if (typeof purger?.purge !== 'function' || abilities === undefined || mostNames === undefined) {
    throw invalid(`\`edges\` holds ${describeValue(purger)}. Give purgers, such as \`varnish({ url })\`.`)
  }
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name)) {
    throw invalid(`An edge is called ${describeValue(name)}. Use 1 to 64 letters, digits, ".", "_" or "-".`)
  }
  for (const kind of purge) {
    if (!abilities[kind]) {
      throw invalid(
        `The edge "${name}" can't purge ${kind}, and would go on giving what they stand for. ` +
          (kind === 'groups' && abilities.urls
            ? `If every change that it must hear of is invalidated by URL too, say so: { edge: ${name}(...), purge: ['urls'] }.`
            : 'Leave it out, or name in `purge` what it can.'),
      )
    }
    if (!Number.isSafeInteger(mostNames[kind]) || mostNames[kind] < 1) {
      throw invalid(
        `The edge "${name}" takes ${describeValue(mostNames[kind])} ${kind} a request. Give 1 or more in \`mostNames\`.`,
      )
    }
  }
  return { purger, purge }
}

function kindsOf(option: string, kinds: readonly PurgeKind[]): ReadonlySet<PurgeKind> {
  if (Array.isArray(kinds) && kinds.length > 0 && kinds.every((kind) => KINDS.includes(kind)))
    return new Set(kinds)
  throw invalid(`\`${option}\` is ${describeValue(kinds)}. Give ['groups', 'urls'], or one of them.`)
}

function againOf(again: Duration | false): number {
  const ms = again === false ? 0 : parseDuration(again, 'again')
  if (ms <= MOST_AGAIN_MS) return ms
  throw invalid(`\`again\` is ${describeValue(again)}. Give an hour at most, or false.`)
}

function positive(option: string, ms: number): number {
  if (ms > 0) return ms
  throw invalid(`\`${option}\` is ${describeValue(ms)}. Give more than 0.`)
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
