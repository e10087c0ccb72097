import type { ServerResponse } from 'node:http'
import { formatCacheControl, mergeVary, parseCacheControl } from '../../policy/index.ts'
import { type Credential, fieldName, fieldsBehind, isPersonal } from './inputs.ts'
import type { Read } from './read-log.ts'
import { isTargeted } from './shareable.ts'

const DECIDING = /^(?:cache-control|expires|vary|set-cookie)$/

/** Adds the fields behind the inputs to `Vary`, and keeps the response from shared caches where that does not say enough. */
export function mendResponse(
  response: ServerResponse,
  inputs: readonly Read[],
  credentials: ReadonlySet<Credential>,
): void {
  if (inputs.length === 0) return
  const fields = inputs.flatMap(({ input }) => fieldsBehind(input, credentials) ?? [])
  const names = [...new Set(fields.map(fieldName))]
  if (names.length > 0) response.setHeader('Vary', mergeVary(text(response, 'Vary'), names))
  if (inputs.some(({ input }) => mustBePrivate(input, credentials))) makePrivate(response)
}

/** Whether no `Vary` is enough for an input. */
export function mustBePrivate(input: string, credentials: ReadonlySet<Credential>): boolean {
  return isPersonal(input) || fieldsBehind(input, credentials) === undefined
}

function makePrivate(response: ServerResponse): void {
  const { public: _public, sMaxage: _sMaxage, ...kept } = parseCacheControl(text(response, 'Cache-Control'))
  response.setHeader('Cache-Control', formatCacheControl({ ...kept, private: true }))
  for (const field of response.getHeaderNames().filter(isTargeted)) response.removeHeader(field)
}

/**
 * Calls `mend` after each write of a field that caches obey. What was put around `writeHead` before the guard writes its
 * headers after the guard has had its turn.
 */
export function mendEachWrite(response: ServerResponse, mend: () => void): void {
  let isMending = false
  const mendOnce = (): void => {
    if (isMending) return
    isMending = true
    try {
      mend()
    } finally {
      isMending = false
    }
  }
  for (const method of ['setHeader', 'appendHeader'] as const) {
    const original = response[method]
    response[method] = (name: string, value: string | readonly string[]) => {
      Reflect.apply(original, response, [name, value])
      if (DECIDING.test(name.toLowerCase()) || isTargeted(name.toLowerCase())) mendOnce()
      return response
    }
  }
  mendOnce()
}

function text(response: ServerResponse, name: string): string | undefined {
  const value = response.getHeader(name)
  return value === undefined ? undefined : Array.isArray(value) ? value.join(', ') : String(value)
}
