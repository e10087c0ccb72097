import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HeaderReader, fromNodeHeaders } from '../../policy/index.ts'
import type { Target } from './request-key.ts'

/** One request, as the client sent it. */
export interface Ask {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** A copy: what the application is handed may be changed, and what reads the original is counted elsewhere. */
  readonly headers: HeaderReader
  readonly target: Target
  readonly urlKeys: readonly string[]
}

/** Where a request's fields are read now, and still read as they were once the application has them. */
export function copyHeaders({ headers }: IncomingMessage): HeaderReader {
  return fromNodeHeaders({ ...headers })
}
