import type { CompleteInvalidation } from '../log/invalidation.ts'

/** Each read goes through all prefixes, so there may be only a few. */
const MOST_PREFIXES = 256

/**
 * The highest number that each key, group and prefix was marked with. Bounded: when there are too many names the oldest are
 * forgotten, and everything counts as marked when they were.
 */
export class NamedMarks {
  #floor: number
  readonly #maxNames: number
  // Insertion order is age order, since a renewed mark is deleted and put back.
  readonly #keys = new Map<string, number>()
  readonly #groups = new Map<string, number>()
  readonly #prefixes = new Map<string, number>()

  constructor(maxNames: number, floor: number) {
    this.#maxNames = maxNames
    this.#floor = floor
  }

  mark({ keys, groups, prefixes }: CompleteInvalidation, at: number): void {
    for (const key of keys) this.#put(this.#keys, key, at, this.#maxNames)
    for (const group of groups) this.#put(this.#groups, group, at, this.#maxNames)
    for (const prefix of prefixes) {
      if (prefix === '') this.raiseFloor(at)
      else this.#put(this.#prefixes, prefix, at, MOST_PREFIXES)
    }
  }

  raiseFloor(floor: number): void {
    this.#floor = Math.max(this.#floor, floor)
  }

  /** Whether the key, one of the groups or a prefix of the key was marked after `since`. */
  isMarked(key: string, groups: readonly string[], since: number): boolean {
    if (since < this.#floor || (this.#keys.get(key) ?? 0) > since) return true
    for (const group of groups) if ((this.#groups.get(group) ?? 0) > since) return true
    for (const [prefix, at] of this.#prefixes) if (at > since && key.startsWith(prefix)) return true
    return false
  }

  /** The highest number that the key, its groups and its prefixes were marked with. */
  latest(key: string, groups: readonly string[]): number {
    let latest = Math.max(this.#floor, this.#keys.get(key) ?? this.#floor)
    for (const group of groups) latest = Math.max(latest, this.#groups.get(group) ?? latest)
    for (const [prefix, at] of this.#prefixes) if (at > latest && key.startsWith(prefix)) latest = at
    return latest
  }

  #put(marks: Map<string, number>, name: string, at: number, most: number): void {
    const latest = Math.max(at, marks.get(name) ?? at)
    marks.delete(name)
    marks.set(name, latest)
    if (marks.size <= most) return
    for (const [oldest, forgotten] of marks) {
      marks.delete(oldest)
      this.raiseFloor(forgotten)
      break
    }
  }
}
