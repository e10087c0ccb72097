import type { ServerResponse } from 'node:http'

const SAID = Symbol('fields of an answer from the store')

type Carrier = ServerResponse & { [SAID]?: readonly string[] }

/** Remembers what was answered: fields that are written in one go can't be read again from the response. */
export function remember(response: ServerResponse, fields: readonly string[]): void {
  ;(response as Carrier)[SAID] = fields
}

/** The `Cache-Status` that a response has left with, or will. */
export function cacheStatusOf(response: ServerResponse): string | undefined {
  const fields = (response as Carrier)[SAID] ?? []
  const at = fields.indexOf('Cache-Status')
  if (at >= 0) return fields[at + 1]
  const value = response.getHeader('Cache-Status')
  return value === undefined ? undefined : [value].flat().join(', ')
}
