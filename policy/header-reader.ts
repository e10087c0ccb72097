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
      const key = name.toLowerCase()
      // A Vary may name `constructor`, which every object has.
      const value = Object.hasOwn(headers, key) ? headers[key] : undefined
      if (value === undefined) return null
      return typeof value === 'object' ? value.join(', ') : String(value)
    },
  }
}

/** A `HeaderReader` over names and values in order, such as stored fields are; lines of one name are joined by commas. */
export function fromPairs(pairs: Iterable<readonly [string, string]>): HeaderReader {
  const values = new Map<string, string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    const before = values.get(key)
    values.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return { get: (name) => values.get(name.toLowerCase()) ?? null }
}
