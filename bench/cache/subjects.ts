import type { Adapter } from './subject.ts'

/** What is measured, in the order of the tables. Each is loaded in a process of its own, so that none pays for another's packages. */
export const SUBJECTS = {
  thermocline: () => import('./subjects/thermocline.ts'),
  'lru-cache': () => import('./subjects/lru-cache.ts'),
  ioredis: () => import('./subjects/ioredis.ts'),
  bentocache: () => import('./subjects/bentocache.ts'),
  cacheable: () => import('./subjects/cacheable.ts'),
  'cache-manager': () => import('./subjects/cache-manager.ts'),
  'async-cache-dedupe': () => import('./subjects/async-cache-dedupe.ts'),
  'layered-loader': () => import('./subjects/layered-loader.ts'),
} as const satisfies Record<string, () => Promise<{ readonly adapter: Adapter }>>

export type SubjectName = keyof typeof SUBJECTS

export const NAMES = Object.keys(SUBJECTS) as SubjectName[]

/** The limits: one tier without the work of a cache, so nothing to probe. */
const LIMITS: ReadonlySet<SubjectName> = new Set(['lru-cache', 'ioredis'])
/** Caches, which must stand the probes as well. */
export const CACHES = NAMES.filter((name) => !LIMITS.has(name))

/** Invalidation deletes the entries there and then, so a second group of the same entries finds nothing left to do. */
export const DELETING: ReadonlySet<SubjectName> = new Set(['async-cache-dedupe'])
