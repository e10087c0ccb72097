import type { ServerResponse } from 'node:http'

const DECIDED = Symbol.for('thermocline.headers-decided')

type Carrier = ServerResponse & { [DECIDED]?: true }

/** Says that header policies watch a response. What comes to it after that does not see the fields that they write. */
export function markAsDecided(response: ServerResponse): void {
  ;(response as Carrier)[DECIDED] = true
}

/** Whether header policies were there before. */
export function isDecided(response: ServerResponse): boolean {
  return (response as Carrier)[DECIDED] === true
}
