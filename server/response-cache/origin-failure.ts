import type { ServerResponse } from 'node:http'

const unreachable = new WeakSet<ServerResponse>()

/**
 * Says that the origin gave no answer at all, before a 502 or 504 is written in its place. A cache around the listener may
 * then answer with what it has stored (RFC 9111 §4.2.4), which an error that the origin itself sent does not allow.
 */
export function markUnreachable(response: ServerResponse): void {
  unreachable.add(response)
}

/** Whether `markUnreachable` was called for a response. */
export function isUnreachable(response: ServerResponse): boolean {
  return unreachable.has(response)
}
