/** Why a request brought no answer to work with. */
export type Problem =
  /** No answer: no network, no server, or a gateway that could not reach one. */
  | { kind: 'unreachable' }
  /** The server answered, and said no. */
  | { kind: 'refused'; status: number; code: string; details: Readonly<Record<string, unknown>> }

export type Result<T> =
  /** `lastSeen`: the value is what a cache or the snapshot knew, since the shop could not be asked. */
  { ok: true; value: T; lastSeen: boolean } | { ok: false; problem: Problem }

export function failed(problem: Problem): { ok: false; problem: Problem } {
  return { ok: false, problem }
}
