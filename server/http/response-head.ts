import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import { format } from 'node:util'
import type { HeaderPairs } from '../response-cache/stored-response.ts'

/**
 * Takes the arguments of a `writeHead` into the response, where all can read and change them before they leave: a status, a
 * message perhaps, and fields as an object or as names and values in turn. Throws Node's `RangeError` for what is no status,
 * before anything is changed.
 */
export function takeHead(response: ServerResponse, args: readonly unknown[]): void {
  response.statusCode = statusOf(args[0])
  // The most frequent by far: Node's own call when the first byte is written.
  if (args.length < 2) return
  const [, second, third] = args
  if (typeof second === 'string') response.statusMessage = second
  const fields = typeof second === 'string' ? third : (second ?? third)
  if (typeof fields !== 'object' || fields === null) return
  const entries: [string, OutgoingHttpHeader][] = Array.isArray(fields)
    ? pairUp(fields)
    : Object.entries(fields as Record<string, OutgoingHttpHeader>)
  const isFirst = new Set(entries.map(([name]) => name.toLowerCase()))
  for (const [name, value] of entries) {
    if (value === undefined) continue
    // A name that comes twice is two lines; the first of them replaces what was set before.
    if (isFirst.delete(name.toLowerCase())) response.setHeader(name, value)
    else response.appendHeader(name, value as string)
  }
}

/** As Node reads it: a text of digits is one too. */
function statusOf(value: unknown): number {
  const status = Number(value) | 0
  if (status >= 100 && status <= 999) return status
  const error = new RangeError(`Invalid status code: ${format(value)}`)
  throw Object.assign(error, { code: 'ERR_HTTP_INVALID_STATUS_CODE' })
}

function pairUp(flat: readonly unknown[]): [string, OutgoingHttpHeader][] {
  if (Array.isArray(flat[0])) return flat as [string, OutgoingHttpHeader][]
  const pairs: [string, OutgoingHttpHeader][] = []
  for (let at = 0; at + 1 < flat.length; at += 2) {
    pairs.push([String(flat[at]), flat[at + 1] as OutgoingHttpHeader])
  }
  return pairs
}

/** The fields of a response as lines, in the order and spelling in which they will leave. */
export function linesOf(response: ServerResponse): HeaderPairs {
  // In Node since 15.4; its types for 20 leave it out.
  const names = (response as unknown as { getRawHeaderNames(): string[] }).getRawHeaderNames()
  return names.flatMap((name): [string, string][] => {
    // Node takes lists of numbers too, whatever its types say.
    const value: unknown = response.getHeader(name)
    return Array.isArray(value) ? value.map((line) => [name, String(line)]) : [[name, String(value)]]
  })
}

/** Writes a head with fields as names and values in turn; they take the place of those that were set before. */
export function writeFlatHead(
  response: ServerResponse,
  status: number,
  flat: readonly string[],
  isRepeating?: boolean,
): void {
  if (!hasFields(response)) {
    response.writeHead(status, flat as string[])
    return
  }
  setFlatFields(response, flat, isRepeating)
  response.writeHead(status)
}

/** Whether fields have been set, which then can be read again. */
export function hasFields(response: ServerResponse): boolean {
  return response.getHeaderNames().length > 0
}

/**
 * Sets names and values in turn, in place of what was set before. Of several lines of one name Node 20's own `writeHead` would
 * keep the last.
 *
 * @param isRepeating - whether a name comes twice, if that is known.
 */
export function setFlatFields(
  response: ServerResponse,
  flat: readonly string[],
  isRepeating = hasRepeats(flat),
): void {
  if (isRepeating) {
    takeHead(response, [response.statusCode, flat])
    return
  }
  for (let at = 0; at + 1 < flat.length; at += 2) response.setHeader(flat[at] ?? '', flat[at + 1] ?? '')
}

/** Whether a name comes twice; there are too few of them for a set to be worth making. */
export function hasRepeats(flat: readonly string[]): boolean {
  for (let at = 2; at < flat.length; at += 2) {
    const name = flat[at] ?? ''
    for (let before = 0; before < at; before += 2) {
      if (flat[before]?.length === name.length && flat[before]?.toLowerCase() === name.toLowerCase())
        return true
    }
  }
  return false
}

/** Puts a response's fields back to what they were when `lines` were taken. */
export function resetLines(response: ServerResponse, lines: HeaderPairs): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of lines) response.appendHeader(name, value)
}
