import type { CompleteInvalidation } from '../log/invalidation.ts'

/**
 * What has been invalidated, and when, by any counter that only grows. A value taken at `since` stands behind a fence,
 * and must not be used, when its key, one of its groups or a prefix of its key was invalidated after that.
 *
 * So invalidating a group costs the same for ten entries as for a million: they are found out when they are read.
 * Bounded: when there are too many fences the oldest are forgotten and everything from before them is fenced off.
 */
export class Fences {
  /** Grows with each change; an entry that was checked at this revision need not be checked again. */
  revision = 0
  #floor: number
  readonly #maxNames: number
  // Insertion order is age order, since a renewed fence is deleted and put back.
  readonly #keys = new Map<string, number>()
  readonly #groups = new Map<string, number>()
  readonly #prefixes = new Map<string, number>()

  constructor(maxNames = 20_000, floor = 0) {
    this.#maxNames = maxNames
    this.#floor = floor
  }

  /** Raises a fence for each name at `at`. */
  raise({ keys, groups, prefixes }: CompleteInvalidation, at: number): void {
    this.revision += 1
    for (const key of keys) this.#put(this.#keys, key, at, this.#maxNames)
    for (const group of groups) this.#put(this.#groups, group, at, this.#maxNames)
    for (const prefix of prefixes) {
      if (prefix === '') this.raiseFloor(at)
      // Each read goes through all prefixes, so there may be only a few.
      else this.#put(this.#prefixes, prefix, at, 256)
    }
  }

  /** Fences off everything taken before `floor`. */
  raiseFloor(floor: number): void {
    this.revision += 1
    this.#floor = Math.max(this.#floor, floor)
  }

  /** Whether a value of that key and those groups, taken at `since`, has been invalidated. */
  covers(key: string, groups: readonly string[], since: number): boolean {
    if (since < this.#floor || (this.#keys.get(key) ?? 0) > since) return true
    for (const group of groups) if ((this.#groups.get(group) ?? 0) > since) return true
    for (const [prefix, at] of this.#prefixes) if (at > since && key.startsWith(prefix)) return true
    return false
  }

  #put(fences: Map<string, number>, name: string, at: number, most: number): void {
    const latest = Math.max(at, fences.get(name) ?? 0)
    fences.delete(name)
    fences.set(name, latest)
    if (fences.size <= most) return
    for (const [oldest, forgotten] of fences) {
      fences.delete(oldest)
      this.raiseFloor(forgotten)
      break
    }
  }
}
