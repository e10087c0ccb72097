/** The keys that hits are measured on. */
export const KEYS: readonly string[] = Array.from({ length: 1_000 }, (_, index) => `product:${index}`)

const TEN_KB = 'Crisp, sweet, and picked by hand at the foot of the hill. '.repeat(172)

/** A small object, or with `isBig` one of 10 kB. */
export function sampleValue(key: string, isBig = false): object {
  const small = { id: key, name: 'Red Apple', priceCents: 250, labels: ['fruit', 'food'] }
  return isBig ? { ...small, text: TEN_KB } : small
}

/** Indexes into `count` keys in the order of a shuffled round: each as often as any other. */
export function uniformOrder(count: number, length: number, random: () => number): Uint32Array {
  return Uint32Array.from({ length }, () => Math.floor(random() * count))
}

/** Indexes into `count` keys, the nth as often as 1/n: what visitors ask for. */
export function zipfOrder(count: number, length: number, random: () => number): Uint32Array {
  const upTo: number[] = []
  let sum = 0
  for (let rank = 1; rank <= count; rank += 1) {
    sum += 1 / rank
    upTo.push(sum)
  }
  return Uint32Array.from({ length }, () => lowerBound(upTo, random() * sum))
}

function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) > wanted) high = middle
    else low = middle + 1
  }
  return low
}

/** The same sequence in each process, so that all subjects are asked for the same keys (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
