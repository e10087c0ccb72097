import { readToldNames } from '../policy/index.ts'

/** What the site tells of its invalidations, by way of a page or asked for. */
export interface Told {
  /** Where the page had listened up to before; absent where the worker has asked itself. */
  readonly from: string | undefined
  /** Where to read on. */
  readonly cursor: string
  readonly groups: readonly string[]
  readonly urls: readonly string[]
  /** What was missed can't be told. */
  readonly reset: boolean
}

/** Reads it; `undefined` for what is nothing of the kind. */
export function readTold(value: unknown): Told | undefined {
  const message = (value ?? {}) as Record<string, unknown>
  const { cursor, from, reset } = message
  if (typeof cursor !== 'string' || cursor === '') return undefined
  const { groups, isWhole, urls } = readToldNames(message)
  return {
    from: typeof from === 'string' ? from : undefined,
    cursor,
    groups,
    urls,
    reset: reset === true || !isWhole,
  }
}
