/** When changes were heard, in ms. */
export interface HeardChanges {
  readonly firstMs: number
  readonly lastMs: number
}

export interface RefreshTiming {
  /** How long it has to be quiet before a refresh. */
  readonly debounceMs: number
  /** How long a change waits at most, however much goes on. */
  readonly maxDelayMs: number
}

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000

/** When a refresh is due. */
export function refreshDueMs(
  { firstMs, lastMs }: HeardChanges,
  { debounceMs, maxDelayMs }: RefreshTiming,
): number {
  return Math.min(lastMs + debounceMs, firstMs + maxDelayMs)
}

/** How long to wait after some failures in a row, of which `share` (0 to 1) makes it differ from process to process. */
export function refreshRetryMs(failures: number, share: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS) * (0.5 + share / 2)
}
