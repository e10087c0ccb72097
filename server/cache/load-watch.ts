import type { CacheParts, LoadStart } from './cache-parts.ts'
import type { EntryGroups } from './entry-options.ts'

/** What had been invalidated when a load began, and whether its value may still be given to those who come later. */
export class LoadWatch {
  readonly start: LoadStart
  readonly #parts: CacheParts
  readonly #key: string
  readonly #knownGroups: readonly string[]
  readonly #revision: number

  constructor(parts: CacheParts, key: string, knownGroups: readonly string[]) {
    const { coherence } = parts
    this.#parts = parts
    this.#key = key
    this.#knownGroups = knownGroups
    this.#revision = coherence.local.revision
    this.start = coherence.begin()
  }

  /** Whether a caller that comes now, and knows of those groups, may wait for the value. */
  mayBeJoined(groups: EntryGroups<never> | undefined): boolean {
    const { coherence, monotonicNow } = this.#parts
    // A load may take longer than the log may be silent: its value then tells of too long ago.
    if (!coherence.trustsL1(this.start.beganAtMs, monotonicNow())) return false
    if (this.#isUntouched) return true
    const known = typeof groups === 'object' ? [...this.#knownGroups, ...groups] : this.#knownGroups
    return !coherence.local.overtakes(this.#key, known, this.start.tick)
  }

  /** Whether those who joined may have the value, now that its groups are known as well. */
  serves(groups: readonly string[] | undefined): boolean {
    if (this.#isUntouched) return true
    // Where there is nothing, there is nothing that would say which invalidations it was in the way of.
    const { local } = this.#parts.coherence
    return groups !== undefined && !local.overtakes(this.#key, groups, this.start.tick)
  }

  get #isUntouched(): boolean {
    return this.#parts.coherence.local.revision === this.#revision
  }
}
