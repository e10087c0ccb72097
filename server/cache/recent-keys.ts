const LEAST_SLOTS = 2 ** 8
const MOST_SLOTS = 2 ** 16

/**
 * The keys that were let go of lately, in memory that never grows: for each slot the second hash of the last key that fell
 * there, and when it did. So it forgets a key early now and then, but almost never takes one for another, which would let a
 * long scan in bit by bit, as a filter of bits does.
 */
export class RecentKeys {
  readonly #mask: number
  readonly #prints: Uint32Array
  /** How many had been added by then. */
  readonly #stamps: Float64Array
  #added = 0

  /** With a slot for each of `most` keys, rounded up, and 65,536 of them at most: 12 bytes each. */
  constructor(most: number) {
    const slots = Math.min(MOST_SLOTS, Math.max(LEAST_SLOTS, 2 ** Math.ceil(Math.log2(most))))
    this.#mask = slots - 1
    this.#prints = new Uint32Array(slots)
    this.#stamps = new Float64Array(slots)
  }

  add(key: string): void {
    const hash = hashOf(key)
    const slot = hash & this.#mask
    this.#added += 1
    this.#prints[slot] = printOf(hash, key)
    this.#stamps[slot] = this.#added
  }

  /** Whether a key is among the `last` that were added. */
  has(key: string, last: number): boolean {
    const hash = hashOf(key)
    const slot = hash & this.#mask
    const stamp = this.#stamps[slot] ?? 0
    return stamp > 0 && this.#added - stamp < last && this.#prints[slot] === printOf(hash, key)
  }

  clear(): void {
    this.#stamps.fill(0)
  }
}

/** FNV-1a, and the end of MurmurHash3: the first alone leaves keys that differ in their last letter side by side. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  return mix(hash)
}

function printOf(hash: number, key: string): number {
  return (mix(hash ^ 0x9e3779b9) ^ key.length) >>> 0
}

function mix(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const then = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return then ^ (then >>> 16)
}
