/** What is asked for, one key's number after the other. */
export interface Trace {
  readonly name: string
  readonly requests: Int32Array
}

const KEYS = 100_000
const ZIPF = 0.9
const SCAN_EVERY = 50_000
const SHIFT_EVERY = 100_000
const LOOP = 8_000

/** Numbers from 0 up to 1 that are the same in each run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The six traces, so long each. */
export function createTraces(length: number): readonly Trace[] {
  const trace = (name: string, next: (index: number) => number): Trace => ({
    name,
    requests: Int32Array.from({ length }, (_, index) => next(index)),
  })
  const random = createRandom(7)
  const popular = zipf(random)
  const isScan = (index: number): boolean => index % SCAN_EVERY < SCAN_EVERY / 2 && random() < 0.6
  let scanned = KEYS
  let rescanned = 0
  let newest = 2 * KEYS
  return [
    // Half of the time, six in ten requests are for keys that nobody asks for again: a crawler, an export.
    trace('Zipf + scans', (index) => (isScan(index) ? (scanned += 1) : popular())),
    trace('Zipf + same scan', (index) => (isScan(index) ? KEYS + ((rescanned += 1) % 60_000) : popular())),
    trace('Zipf 0.9', popular),
    trace('Zipf, new favourites', (index) => (popular() + Math.floor(index / SHIFT_EVERY) * 37_000) % KEYS),
    trace('Loop of 8,000', (index) => index % LOOP),
    // News: asked for a few times while they are new.
    trace('News', () => {
      if (random() < 0.25) newest += 1
      return newest - Math.floor(Math.abs(random() + random() + random() - 1.5) * 2_000)
    }),
  ]
}

/** Bytes of a key's value, from 150 to 60,000: most are small, a few are large. */
export function bytesOf(key: number): number {
  const random = createRandom(Math.imul(key, 2_654_435_761))
  random()
  const normal = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random())
  return Math.min(60_000, Math.max(150, Math.round(1_500 * Math.exp(normal))))
}

function zipf(random: () => number): () => number {
  const sums = new Float64Array(KEYS)
  let sum = 0
  for (let rank = 0; rank < KEYS; rank += 1) sums[rank] = sum += 1 / (rank + 1) ** ZIPF
  const keys = Int32Array.from({ length: KEYS }, (_, key) => key)
  for (let last = KEYS - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const key = keys[last] ?? 0
    keys[last] = keys[other] ?? 0
    keys[other] = key
  }
  return () => {
    const at = random() * sum
    let low = 0
    let high = KEYS - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return keys[low] ?? 0
  }
}
