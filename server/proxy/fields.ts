import type { IncomingHttpHeaders } from 'node:http'
import { HOP_BY_HOP } from '../../policy/index.ts'

/** A field line: its name as it was written, and its value. */
export type FieldLine = readonly [name: string, value: string]

/** RFC 9110 §7.6.1: what belongs to one connection. `http2-settings` is an older custom, and comes in requests alone. */
const ONE_CONNECTION: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'http2-settings'])

const END_TO_END =
  /^(?:age|authorization|cache-.+|cdn-cache-control|cookie|date|etag|expires|forwarded|host|last-modified|location|origin|pragma|range|referer|set-cookie|user-agent|vary|via|x-real-ip|transfer-encoding|(?:accept|content|if|sec|x-forwarded)(?:-.+)?)$/

/** RFC 9110 §6.5.1: what frames, routes, authenticates or controls has no place behind a body. */
const NOT_IN_TRAILERS =
  /^(?:age|authorization|cache-.+|cdn-cache-control|connection|content-(?:encoding|length|range|type)|date|expires|host|keep-alive|location|set-cookie|te|trailer|transfer-encoding|upgrade|vary|www-authenticate|proxy-.+)$/

/** The names in a `Connection` field, in lower case. */
export function connectionOptions(value: string | undefined): string[] {
  return (value ?? '')
    .toLowerCase()
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '')
}

/** Whether a field is known to be meant for the far end, so that no `Connection` can rightly take it out. */
export function isEndToEnd(name: string): boolean {
  return END_TO_END.test(name)
}

/** Whether a field stays on its connection. Takes the name in lower case. */
export function isHopByHop(name: string): boolean {
  return ONE_CONNECTION.has(name)
}

/** The lines of a request as undici takes them. Framing is left to it: of both fields only `Content-Length` may be told. */
export function requestLines(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const lines: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ONE_CONNECTION.has(name) && name !== 'expect') lines[name] = value
  }
  return lines
}

/** The lines that came from an origin, as bytes: HTTP's fields are Latin-1 on the wire, so nothing is lost. */
export function decodeLines(raw: readonly (Buffer | string)[]): FieldLine[] {
  const lines: FieldLine[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    lines.push([raw[index]!.toString('latin1'), raw[index + 1]!.toString('latin1')])
  }
  return lines
}

/**
 * What of a response goes on to the client. A field that `Connection` names is left out (RFC 9110 §7.6.1), unless it is one
 * that is known to matter: without its `Cache-Control: private` a response would be anybody's.
 */
export function responseLines(lines: readonly FieldLine[]): Map<string, { name: string; values: string[] }> {
  const named = new Set(
    lines
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => connectionOptions(value)),
  )
  const kept = new Map<string, { name: string; values: string[] }>()
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    if (ONE_CONNECTION.has(key) || (named.has(key) && !isEndToEnd(key))) continue
    const same = kept.get(key)
    if (same === undefined) kept.set(key, { name, values: [value] })
    else same.values.push(value)
  }
  return kept
}

/** The trailer fields that may go on. */
export function trailerLines(lines: readonly FieldLine[]): [string, string][] {
  return lines
    .filter(([name]) => !NOT_IN_TRAILERS.test(name.toLowerCase()))
    .map(([name, value]) => [name, value])
}
