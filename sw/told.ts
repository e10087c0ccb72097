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
  const { cursor, from, groups, reset, urls } = (value ?? {}) as Record<string, unknown>
  if (typeof cursor !== 'string' || cursor === '') return undefined
  return {
    from: typeof from === 'string' ? from : undefined,
    cursor,
    groups: strings(groups),
    urls: strings(urls).filter((url) => URL.canParse(url)),
    // Names that can't be read may be any.
    reset: reset === true || !isList(groups) || !isList(urls),
  }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((member) => typeof member === 'string') : []
}

function isList(value: unknown): boolean {
  return value === undefined || Array.isArray(value)
}
