import { type CompleteInvalidation, EVERYTHING } from '../log/invalidation.ts'

const MOST_NAMES = 10_000

/**
 * Invalidations that the log has not acknowledged: each name once, however often it was asked for. When there are too
 * many they become one invalidation of everything, so nothing is lost and memory stays bounded.
 */
export class PendingInvalidations {
  #keys = new Set<string>()
  #groups = new Set<string>()
  #prefixes = new Set<string>()
  #urls = new Set<string>()
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

  add({ keys, groups, prefixes, urls = [] }: CompleteInvalidation): void {
    for (const key of keys) this.#keys.add(key)
    for (const group of groups) this.#groups.add(group)
    for (const prefix of prefixes) this.#prefixes.add(prefix)
    for (const url of urls) this.#urls.add(url)
    if (this.#count <= MOST_NAMES) return
    this.#clear()
    this.#prefixes.add('')
  }

  /** All that wait, as one invalidation to be appended; they count as pending until `settle`. One replay at a time. */
  replay(): CompleteInvalidation | undefined {
    if (this.#replaying !== undefined || this.#count === 0) return undefined
    this.#replaying = this.#prefixes.has('')
      ? EVERYTHING
      : {
          keys: [...this.#keys],
          groups: [...this.#groups],
          prefixes: [...this.#prefixes],
          ...(this.#urls.size > 0 ? { urls: [...this.#urls] } : {}),
        }
    this.#clear()
    return this.#replaying
  }

  /** Ends a replay: forgets what was appended, or puts it back. What was added meanwhile waits either way. */
  settle(isAppended: boolean): void {
    const replayed = this.#replaying
    this.#replaying = undefined
    if (!isAppended && replayed !== undefined) this.add(replayed)
  }

  get #count(): number {
    return this.#keys.size + this.#groups.size + this.#prefixes.size + this.#urls.size
  }

  #clear(): void {
    this.#keys = new Set()
    this.#groups = new Set()
    this.#prefixes = new Set()
    this.#urls = new Set()
  }
}
