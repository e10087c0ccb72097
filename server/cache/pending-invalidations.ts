import { type CompleteInvalidation, EVERYTHING, type InvalidationMode } from '../log/invalidation.ts'

const MOST_NAMES = 10_000
const LISTS = ['keys', 'groups', 'prefixes', 'urls'] as const

/** The names that wait for one mode. */
class WaitingNames {
  readonly keys = new Set<string>()
  readonly groups = new Set<string>()
  readonly prefixes = new Set<string>()
  readonly urls = new Set<string>()

  get count(): number {
    return LISTS.reduce((sum, list) => sum + this[list].size, 0)
  }

  clear(): void {
    for (const list of LISTS) this[list].clear()
  }

  asInvalidation(): CompleteInvalidation {
    const { keys, groups, prefixes, urls } = this
    return {
      keys: [...keys],
      groups: [...groups],
      prefixes: [...prefixes],
      ...(urls.size > 0 ? { urls: [...urls] } : {}),
    }
  }
}

/**
 * Invalidations that the log has not acknowledged: each name once, however often it was asked for, and deleted where it was
 * asked for both ways. When there are too many they become one invalidation of everything, so nothing is lost and memory
 * stays bounded.
 */
export class PendingInvalidations {
  readonly #deleted = new WaitingNames()
  readonly #expired = new WaitingNames()
  #replaying: CompleteInvalidation | undefined

  get isEmpty(): boolean {
    return this.#replaying === undefined && this.#count === 0
  }

  /** How many names wait, those that are being replayed with them. */
  get size(): number {
    const { keys, groups, prefixes } = this.#replaying ?? EVERYTHING
    const replaying = this.#replaying === undefined ? 0 : keys.length + groups.length + prefixes.length
    return replaying + this.#count
  }

  add(invalidation: CompleteInvalidation): void {
    for (const list of LISTS) {
      for (const name of invalidation[list] ?? []) this.#addName(list, name, invalidation.mode)
    }
    if (this.#count <= MOST_NAMES) return
    this.#deleted.clear()
    this.#expired.clear()
    this.#deleted.prefixes.add('')
  }

  /**
   * All that wait to be deleted, else all that wait to be expired, as one invalidation to be appended; they count as pending
   * until `settle`. One replay at a time.
   */
  replay(): CompleteInvalidation | undefined {
    if (this.#replaying !== undefined || this.#count === 0) return undefined
    if (this.#deleted.prefixes.has('')) {
      this.#replaying = EVERYTHING
      this.#expired.clear()
      this.#deleted.clear()
    } else if (this.#deleted.count > 0) {
      this.#replaying = this.#deleted.asInvalidation()
      this.#deleted.clear()
    } else {
      this.#replaying = { ...this.#expired.asInvalidation(), mode: 'expire' }
      this.#expired.clear()
    }
    return this.#replaying
  }

  /** Ends a replay: forgets what was appended, or puts it back. What was added meanwhile waits either way. */
  settle(isAppended: boolean): void {
    const replayed = this.#replaying
    this.#replaying = undefined
    if (!isAppended && replayed !== undefined) this.add(replayed)
  }

  #addName(list: (typeof LISTS)[number], name: string, mode: InvalidationMode | undefined): void {
    if (mode !== 'expire') {
      this.#deleted[list].add(name)
      this.#expired[list].delete(name)
    } else if (!this.#deleted[list].has(name)) this.#expired[list].add(name)
  }

  get #count(): number {
    return this.#deleted.count + this.#expired.count
  }
}
