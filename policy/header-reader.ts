/** The one shape in which rules read header fields: a case-insensitive `get`. Fetch `Headers` fits as it is. */
export interface HeaderReader {
  get(name: string): string | null | undefined
}

/** A `HeaderReader` over the plain object that Node's `http` uses (lower-case names; repeated fields as arrays). */
export function fromNodeHeaders(
  headers: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): HeaderReader {
  return {
    get(name) {
      const value = headers[name.toLowerCase()]
      if (value === undefined) return null
      return typeof value === 'object' ? value.join(', ') : String(value)
    },
  }
}
