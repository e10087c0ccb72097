import type { StoredResponse } from '../policy/index.ts'

/** A part of a representation: the bytes from `start` to `end`, both included, of `length`. */
export interface Part {
  readonly start: number
  readonly end: number
  readonly length: number
}

/** What is known about one stored response. */
export interface StoredEntry {
  /** Whose it is; '' where all users share it. */
  readonly partition: string
  /** What told it apart from other responses of its URL; '' where nothing varies. */
  readonly variant: string
  /** The stored body carries the same id. A pair that does not fit is a miss, so a half-done write can't be answered. */
  readonly id: string
  readonly status: number
  readonly statusText: string
  readonly headers: [string, string][]
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  /** Bytes of the body. */
  readonly size: number
  /** Which bytes of how many the body is, where the origin sent a part; absent for a whole one. */
  readonly part?: Part | undefined
}

/** '' as the partition: what all users share. */
export type RowKey = readonly [partition: string, cacheName: string, url: string]

/** The stored responses of one URL, for one partition or for all. */
export interface UrlRow {
  readonly key: RowKey
  /** Also in the key; IndexedDB orders the rows of one cache by it and `lastUsedMs`. */
  readonly cacheName: string
  readonly lastUsedMs: number
  /** The request fields that the newest response was selected by. */
  readonly varyBy: readonly string[]
  readonly variants: Readonly<Record<string, StoredEntry>>
  /** `origin name` of each group that one of the variants is in; IndexedDB finds rows by them. */
  readonly groups: readonly string[]
}

/** The entry as the rules want it, and as a `Response` is made from. */
export function toStoredResponse(
  entry: StoredEntry,
): StoredResponse & { readonly headers: Headers; readonly statusText: string } {
  return { ...entry, headers: new Headers(entry.headers) }
}
