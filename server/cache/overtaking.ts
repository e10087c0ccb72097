import type { CompleteInvalidation } from '../log/invalidation.ts'

const MOST = 1_000

/**
 * What was invalidated while the log had not answered an invalidation of our own. What stands in the log before ours was overtaken by it;
 * all else has overtaken it, and what it was to make room for must not be kept.
 */
export class Overtaking {
  readonly #others: { readonly invalidation: CompleteInvalidation; readonly seq: number | undefined }[] = []
  #isTooMuch = false

  readonly note = (invalidation: CompleteInvalidation, seq: number | undefined): void => {
    if (this.#others.length < MOST) this.#others.push({ invalidation, seq })
    else this.#isTooMuch = true
  }

  /** `ownSeq`: our own number in the log, `undefined` where it has none yet. */
  covers(key: string, groups: readonly string[], ownSeq: number | undefined): boolean {
    if (this.#isTooMuch) return true
    return this.#others.some(({ invalidation, seq }) => {
      const isEarlier = seq !== undefined && ownSeq !== undefined && seq <= ownSeq
      return !isEarlier && touches(invalidation, key, groups)
    })
  }
}

function touches(invalidation: CompleteInvalidation, key: string, groups: readonly string[]): boolean {
  const { keys, prefixes } = invalidation
  if (keys.includes(key) || prefixes.some((prefix) => key.startsWith(prefix))) return true
  return groups.some((group) => invalidation.groups.includes(group))
}
