import type { ServerResponse } from 'node:http'
import { type FieldLine, responseLines } from './fields.ts'

/** Passes a 103 on (RFC 8297). A hint that Node will not write is lost, which costs the client some time and nothing else. */
export function passEarlyHints(response: ServerResponse, lines: readonly FieldLine[]): void {
  // RFC 9110 §15.2: HTTP/1.0 has no interim responses.
  if (response.headersSent || response.req.httpVersionMinor === 0) return
  const hints: Record<string, string | string[]> = {}
  for (const [key, { values }] of responseLines(lines)) {
    // Node wants one link at a time; commas inside of <> and "" belong to a link.
    hints[key] = key === 'link' ? values.flatMap(splitLinks) : values
  }
  try {
    response.writeEarlyHints(hints)
  } catch {
    // A link that Node can't read.
  }
}

/** Passes a 102 on: a client that is told nothing for long gives up (RFC 2518 §10.1). */
export function passProcessing(response: ServerResponse): void {
  if (!response.headersSent && response.req.httpVersionMinor > 0) response.writeProcessing()
}

function splitLinks(value: string): string[] {
  return (value.match(/<[^>]*>(?:[^,"]|"[^"]*")*/g) ?? []).map((link) => link.trim())
}
