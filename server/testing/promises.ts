/** That from some time on no version older than this one is read. */
export interface Promised {
  readonly atMs: number
  readonly version: number
}

/** What has been promised of one key. Filled first, then asked. */
export class Promises {
  readonly #made: Promised[] = []
  /** Sorted by time, each version the highest until then. */
  #byTime: readonly Promised[] | undefined
  /** Sorted by version, each with the first promise of that version or a higher one. */
  #byVersion: readonly { readonly version: number; readonly first: Promised }[] | undefined

  add(atMs: number, version: number): void {
    this.#made.push({ atMs, version })
    this.#byTime = undefined
    this.#byVersion = undefined
  }

  /** The highest version promised before `atMs`; -Infinity where there is none. */
  highestBefore(atMs: number): number {
    this.#byTime ??= runningMax(this.#made)
    const after = firstIndex(this.#byTime, (promised) => promised.atMs >= atMs)
    return this.#byTime[after - 1]?.version ?? Number.NEGATIVE_INFINITY
  }

  /** The first promise that `version` is not read any more. */
  superseding(version: number): Promised | undefined {
    this.#byVersion ??= firstOfEach(this.#made)
    const newer = firstIndex(this.#byVersion, (promised) => promised.version > version)
    return this.#byVersion[newer]?.first
  }
}

function runningMax(made: readonly Promised[]): Promised[] {
  let version = Number.NEGATIVE_INFINITY
  return made
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((promised) => {
      version = Math.max(version, promised.version)
      return { atMs: promised.atMs, version }
    })
}

function firstOfEach(made: readonly Promised[]): { version: number; first: Promised }[] {
  let first: Promised | undefined
  return made
    .toSorted((a, b) => b.version - a.version)
    .map((promised) => {
      if (first === undefined || promised.atMs < first.atMs) first = promised
      return { version: promised.version, first }
    })
    .toReversed()
}

/** Where, in a list in which it holds from some place on, the condition first holds; the length where it never does. */
function firstIndex<T>(sorted: readonly T[], holds: (item: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = sorted[middle]
    if (item !== undefined && holds(item)) high = middle
    else low = middle + 1
  }
  return low
}
