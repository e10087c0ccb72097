import type { CompleteInvalidation } from '../log/invalidation.ts'
import { NamedMarks } from './named-marks.ts'

/**
 * What has been invalidated, and when, by any counter that only grows. A value taken at `since` stands behind a fence,
 * and must not be used, when its key, one of its groups or a prefix of its key was invalidated after that. Where it was
 * expired (`mode: 'expire'`) and not deleted, it is past its lifetime since then, and may still stand in for a new one.
 *
 * So invalidating a group costs the same for ten entries as for a million: they are found out when they are read.
 * Bounded: when there are too many fences the oldest are forgotten and everything from before them is fenced off.
 */
export class Fences {
  /** Grows with each change; an entry that was checked at this revision need not be checked again. */
  revision = 0
  readonly #maxNames: number
  readonly #deleted: NamedMarks
  // Made when they are needed: most sites never expire anything, and then they cost a look at `undefined`.
  #expired: { readonly order: NamedMarks; readonly times: NamedMarks } | undefined

  constructor(maxNames = 20_000, floor = 0) {
    this.#maxNames = maxNames
    this.#deleted = new NamedMarks(maxNames, floor)
  }

  /** Raises a fence for each name at `at`, which is `nowMs` by the process's own clock. */
  raise(invalidation: CompleteInvalidation, at: number, nowMs = 0): void {
    this.revision += 1
    if (invalidation.mode !== 'expire') {
      this.#deleted.mark(invalidation, at)
      return
    }
    this.#expired ??= {
      order: new NamedMarks(this.#maxNames, 0),
      times: new NamedMarks(this.#maxNames, Number.NEGATIVE_INFINITY),
    }
    this.#expired.order.mark(invalidation, at)
    this.#expired.times.mark(invalidation, nowMs)
  }

  /** Fences off everything taken before `floor`. */
  raiseFloor(floor: number): void {
    this.revision += 1
    this.#deleted.raiseFloor(floor)
  }

  /** Whether a value of that key and those groups, taken at `since`, must not be used any more. */
  covers(key: string, groups: readonly string[], since: number): boolean {
    return this.#deleted.isMarked(key, groups, since)
  }

  /** As of when a value counts as expired, in ms of the process's own clock; `undefined` where nothing has expired it. */
  expiredAtMs(key: string, groups: readonly string[], since: number): number | undefined {
    if (this.#expired?.order.isMarked(key, groups, since) !== true) return undefined
    return this.#expired.times.latest(key, groups)
  }

  /** Whether it was invalidated in whichever way: a load that began at `since` brings nothing that may be kept. */
  overtakes(key: string, groups: readonly string[], since: number): boolean {
    return this.covers(key, groups, since) || this.expiredAtMs(key, groups, since) !== undefined
  }
}
