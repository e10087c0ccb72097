import type { ServerResponse } from 'node:http'
import type { Exchange } from './exchange.ts'

const DECIDED = Symbol.for('thermocline.headers-decided')

type Carrier = ServerResponse & { [DECIDED]?: Exchange }

/**
 * Says that header policies watch a response, and what they know of it. What comes to it after that does not see the fields
 * that they write.
 *
 * On the response itself: a WeakMap of all responses under way costs the garbage collector more than they do.
 */
export function markAsDecided(response: ServerResponse, exchange: Exchange): void {
  ;(response as Carrier)[DECIDED] = exchange
}

/** What header policies know of a response, the last ones that came to it; `undefined` where none were there before. */
export function decidedBy(response: ServerResponse): Exchange | undefined {
  return (response as Carrier)[DECIDED]
}
