/** The members of a vendor's JSON answer; none where it is something else, as what a proxy puts in its place. */
export function readJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The texts among some values, put together. */
export function texts(...values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string' && value !== '').join(': ')
}
