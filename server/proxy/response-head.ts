import type { ServerResponse } from 'node:http'
import { type FieldLine, responseLines } from './fields.ts'

/**
 * Writes the head of an origin's answer: status, reason and fields as they came, framing by Node. Fields are set one by one
 * first, since that is where those who wrap a response look for them. Throws what Node throws for what it can't write.
 */
export function writeResponseHead(
  response: ServerResponse,
  status: number,
  message: string | undefined,
  lines: readonly FieldLine[],
): void {
  const kept = responseLines(lines)
  // RFC 9110 §8.6: a 204 has none, and a client that believed it would wait for a body.
  if (status === 204) kept.delete('content-length')
  try {
    for (const { name, values } of kept.values()) {
      response.setHeader(name, values.length === 1 ? values[0]! : values)
    }
    // The phrase is free text (RFC 9112 §4), the status is what counts.
    if (message === undefined || !/^[\t\x20-\x7e\x80-\xff]*$/.test(message)) response.writeHead(status)
    else response.writeHead(status, message)
  } catch (error) {
    // Or they would go out with the error that is answered instead.
    for (const name of kept.keys()) response.removeHeader(name)
    throw error
  }
}
