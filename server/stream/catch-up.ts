import { type Names, gatherNames } from './names-for.ts'
import type { ReleasedFeed } from './released-feed.ts'
import { type StreamCursor, formatWhose, markOf } from './stream-cursor.ts'

/** Who asks. */
export interface Asker {
  /** Whose own groups may be told there; `undefined` for nobody's. */
  readonly ownerTag: string | undefined
  /** Whether it could be told who is signed in. */
  readonly isKnown: boolean
}

/** What was missed. */
export interface CaughtUp {
  /** `undefined` where it can't be told. */
  readonly names: Names | undefined
  /** Where the browser is once it has been told. */
  readonly cursor: StreamCursor
  /** Up to where all has been told that is the browser's to know: what comes after is still to be sent. */
  readonly toldTo: number
  /** What stands after each place in the log that it is told from then on. */
  readonly whose: string
}

/** The same place for a browser that comes back with it: where the user's own groups are not heard any more, it says so. */
export function asComingBack(cursor: StreamCursor, ownerTag: string | undefined): StreamCursor {
  const { mark, ownSeq, seq } = cursor
  return mark === markOf(ownerTag) ? cursor : { seq, mark, ownSeq: ownSeq ?? seq }
}

/**
 * What a browser has missed since it was at `from`, which is `undefined` where nobody knows, by who is signed in there now.
 *
 * - The same as before: what followed.
 * - Nobody any more: everybody's groups; the cursor keeps whose own had been heard, and up to where.
 * - Somebody again, or for the first time: everybody's groups, and the user's own from where those had been heard, or nobody was signed
 *   in yet, as long as the log reaches back to there.
 * - Another one: what the browser still holds of this one's was heard of by nobody, so it is to let go of all.
 *
 * Rejects as the feed does.
 */
export async function catchUp(
  feed: ReleasedFeed,
  from: StreamCursor | undefined,
  { ownerTag, isKnown }: Asker,
): Promise<CaughtUp> {
  const mark = markOf(ownerTag)
  const isOthers = from !== undefined && mark !== '' && from.mark !== '' && from.mark !== mark
  if (from === undefined || isOthers) return lost(feed.seq, mark)
  const ownFrom = from.ownSeq ?? from.seq
  const page = await feed.since(mark === '' ? from.seq : ownFrom)
  const toldTo = page?.cursor ?? feed.seq
  const names = page && gatherNames(page.entries, ownerTag, from.seq)
  if (names === undefined) return lost(toldTo, mark)
  if (mark === '') {
    // Nobody was signed in when it asked, and by then it had heard of all up to `from`.
    const ownSeq = from.mark === '' && isKnown ? from.seq : ownFrom
    const cursor = { seq: toldTo, mark: from.mark, ownSeq }
    return { names, toldTo, cursor, whose: formatWhose(from.mark, ownSeq) }
  }
  // A process that is behind the others has not seen all of what the browser has.
  const seq = Math.max(from.seq, toldTo)
  const cursor = { seq, mark, ownSeq: toldTo < seq ? toldTo : undefined }
  return { names, toldTo, cursor, whose: formatWhose(mark) }
}

/** What is held now is not trusted, whosever it is. */
function lost(seq: number, mark: string): CaughtUp {
  const whose = formatWhose(mark, mark === '' ? seq : undefined)
  return { names: undefined, cursor: { seq, mark }, toldTo: seq, whose }
}
