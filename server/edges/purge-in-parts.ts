import type { PurgeRequest } from './edge-purger.ts'
import type { FailureReport, Sent } from './purge-sender.ts'

/** What an edge will never take of a request. */
export interface RefusedPart {
  readonly part: PurgeRequest
  readonly report: FailureReport
}

/**
 * Sends a request, in halves where that is refused for what may be one name's fault or because it is too much, down to single names: so one
 * bad name costs itself. Answers with what was refused for good.
 *
 * An edge that takes nothing at all is not asked about every name: once it has refused a single one, what it has refused as a whole is taken
 * apart only if it takes something else. For N names that is 2 log2 N + 1 requests.
 */
export async function purgeInParts(
  request: PurgeRequest,
  send: (part: PurgeRequest) => Promise<Sent>,
): Promise<readonly RefusedPart[] | 'stopped'> {
  const waiting: PurgeRequest[] = [request]
  const refused: RefusedPart[] = []
  let doubtful: RefusedPart[] = []
  let hasTaken = false
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const sent = await send(part)
    if (sent === 'stopped') return 'stopped'
    if (sent === 'taken') {
      hasTaken = true
      waiting.push(...doubtful.toReversed().flatMap((one) => halvesOf(one.part)))
      doubtful = []
    } else if (!sent.maySplit) {
      refused.push({ part, report: sent.report })
    } else if (sent.isFinal && !hasTaken && refused.length > 0) {
      doubtful.push({ part, report: sent.report })
    } else {
      waiting.push(...halvesOf(part))
    }
  }
  return [...refused, ...doubtful]
}

/** The first half last, where it is taken from. */
function halvesOf(part: PurgeRequest): PurgeRequest[] {
  const middle = Math.ceil(part.names.length / 2)
  return [
    { ...part, names: part.names.slice(middle) },
    { ...part, names: part.names.slice(0, middle) },
  ]
}
