import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { HeaderPairs } from '../response-cache/stored-response.ts'

/**
 * Takes the arguments of a `writeHead` into the response, where all can read and change them before they leave: a status, a
 * message perhaps, and fields as an object or as names and values in turn.
 */
export function takeHead(response: ServerResponse, args: readonly unknown[]): void {
  const [status, second, third] = args
  if (typeof status === 'number') response.statusCode = status
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
    const value = response.getHeader(name)
    return Array.isArray(value) ? value.map((line) => [name, line]) : [[name, String(value)]]
  })
}

/** Puts a response's fields back to what they were when `lines` were taken. */
export function resetLines(response: ServerResponse, lines: HeaderPairs): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  for (const [name, value] of lines) response.appendHeader(name, value)
}
