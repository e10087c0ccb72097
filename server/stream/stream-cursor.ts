import { createHash } from 'node:crypto'
import type { InvalidationFeed } from '../feed/invalidation-feed.ts'

/**
 * A place in the log as a browser keeps it. Everybody's groups have been heard up to `seq`; of one user's own it says up to where those
 * have been, since a browser that listens while nobody is signed in is not told of them.
 */
export interface StreamCursor {
  readonly seq: number
  /** Whose own groups have been heard, by a mark; `''` where no user's have. */
  readonly mark: string
  /** Up to where they have been. Where no user's have: a place at which nobody was signed in. @default `seq` */
  readonly ownSeq?: number | undefined
}

const FORM = /^(.*?)(?:~([\w-]{8}))?(?:\.(\d{1,16}))?$/

/** `17-life~mark.12`; `17-life~mark` where the user's own have been heard up to there too, `17-life.12` where no user's have. */
export function formatStreamCursor(feed: InvalidationFeed, { mark, ownSeq, seq }: StreamCursor): string {
  return feed.cursorOf(seq) + formatWhose(mark, mark === '' && ownSeq === seq ? undefined : ownSeq)
}

/** What follows the place in the log. */
export function formatWhose(mark: string, ownSeq?: number): string {
  return (mark === '' ? '' : `~${mark}`) + (ownSeq === undefined ? '' : `.${ownSeq}`)
}

/** `undefined` for what is no cursor of this log. */
export function parseStreamCursor(feed: InvalidationFeed, text: string): StreamCursor | undefined {
  const [, place = '', mark = '', own] = FORM.exec(text) ?? []
  const seq = feed.parseCursor(place)
  // A process that is behind the others gives its own place with what was said by one of them.
  const ownSeq = own === undefined ? undefined : Math.min(Number(own), seq ?? 0)
  return seq === undefined ? undefined : { seq, mark, ownSeq }
}

/** Tells users apart, and nothing else of them: it stands in URLs and so in the logs of servers. `''` for nobody. */
export function markOf(ownerTag: string | undefined): string {
  if (ownerTag === undefined) return ''
  return createHash('sha256').update(`thermocline cursor ${ownerTag}`).digest('base64url').slice(0, 8)
}
