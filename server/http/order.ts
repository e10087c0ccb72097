import type { ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'

const DECIDED = Symbol.for('thermocline.headers-decided')

/**
 * Says that header policies watch a response, and what they know of it. What comes to it after that does not see the fields
 * that they write.
 *
 * As a listener that nothing is ever emitted for: Express has given the response another prototype, and since then V8 makes
 * a new hidden class for each property that is added: about 1 us, where this takes 0.05. A WeakMap of all responses under
 * way costs the garbage collector more than they do.
 */
export function markAsDecided(response: ServerResponse, exchange: Exchange): void {
  response.on(DECIDED, () => exchange)
}

/** What header policies know of a response, the last ones that came to it; `undefined` where none were there before. */
export function decidedBy(response: ServerResponse): Exchange | undefined {
  if (response.listenerCount(DECIDED) === 0) return undefined
  return (response.listeners(DECIDED) as (() => Exchange)[]).at(-1)?.()
}
