import { SieveCache } from '@neophi/sieve-cache'
import { LRUCache } from 'lru-cache'
import { newCache } from 'transitory'
import { TwoQueues } from '../../server/cache/two-queues.ts'

export interface Value {
  readonly bytes: number
}

/** A cache under test. */
export interface Policy {
  get(key: string): Value | undefined
  set(key: string, value: Value): unknown
}

const MAX_ENTRIES = 50_000
// What the traces' values weigh on average, for the one that counts entries.
const MEAN_BYTES = 2_450

/** Each makes a cache of so many bytes. */
export const POLICIES: Readonly<Record<string, (maxBytes: number) => Policy>> = {
  'lru-cache': (maxSize) =>
    new LRUCache<string, Value>({ max: MAX_ENTRIES, maxSize, sizeCalculation: ({ bytes }) => bytes }),
  'two queues (ours)': (maxBytes) =>
    new TwoQueues<Value>({ maxEntries: MAX_ENTRIES, maxBytes, bytesOf: ({ bytes }) => bytes }),
  'transitory (W-TinyLFU)': (maxBytes) => {
    const cache = newCache<string, Value>()
      .maxSize(maxBytes)
      .withWeigher((_, { bytes }) => bytes)
      .build()
    return {
      get: (key) => cache.getIfPresent(key) ?? undefined,
      set: (key, value) => cache.set(key, value),
    }
  },
  'sieve-cache, by count': (maxBytes) => new SieveCache<string, Value>(Math.floor(maxBytes / MEAN_BYTES)),
}
