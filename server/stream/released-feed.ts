import type { EdgeWait } from '../cache/invalidate-options.ts'
import type { FeedFollower, InvalidationFeed } from '../feed/invalidation-feed.ts'
import type { LogPage, NumberedInvalidation } from '../log/log-page.ts'

const MOST_ENTRIES = 10_000

/**
 * The feed as browsers are told of it: behind the other processes, and behind the edges, where there are any. A browser that let go first
 * would be given the same again by one of them, and keep that.
 */
export class ReleasedFeed {
  readonly #feed: InvalidationFeed
  readonly #edges: EdgeWait | undefined
  readonly #edgeTimeoutMs: number
  readonly #waiting: { readonly seq: number; readonly tell: () => void }[] = []
  #released: number
  #isWaiting = false

  constructor(
    feed: InvalidationFeed,
    { edges, edgeTimeoutMs }: { readonly edges: EdgeWait | undefined; readonly edgeTimeoutMs: number },
  ) {
    this.#feed = feed
    this.#edges = edges
    this.#edgeTimeoutMs = edgeTimeoutMs
    this.#released = feed.seq
  }

  /** Up to where browsers have been told. */
  get seq(): number {
    return this.#waiting.length > 0 ? this.#released : this.#feed.seq
  }

  /** Calls back for each entry once it is their turn, until what it returns is called. */
  follow(follower: FeedFollower): () => void {
    if (this.#edges === undefined && this.#feed.isAlone) return this.#feed.follow(follower)
    return this.#feed.follow({
      invalidated: (entry) => this.#hold(entry.seq, () => follower.invalidated(entry)),
      reset: (seq) => {
        this.#waiting.length = 0
        this.#hold(seq, () => follower.reset(seq))
      },
    })
  }

  /** What followed a cursor, as far as it has been released; `undefined` where that can't be told. Rejects as the feed does. */
  async since(seq: number): Promise<LogPage | undefined> {
    const entries: NumberedInvalidation[] = []
    for (let cursor = seq; ;) {
      const page = await this.#feed.since(cursor)
      if (page === undefined) return undefined
      for (const entry of page.entries) entries.push(entry)
      // So many names that nobody would be told them.
      if (entries.length > MOST_ENTRIES) return undefined
      cursor = page.cursor
      if (!page.isEnd) continue
      const most = this.seq
      return {
        entries: entries.filter((entry) => entry.seq <= most),
        cursor: Math.max(seq, Math.min(cursor, most)),
        isEnd: true,
      }
    }
  }

  #hold(seq: number, tell: () => void): void {
    this.#waiting.push({ seq, tell })
    if (!this.#isWaiting) void this.#releaseAll()
  }

  async #releaseAll(): Promise<void> {
    this.#isWaiting = true
    for (let last = this.#waiting.at(-1); last !== undefined; last = this.#waiting.at(-1)) {
      const { seq } = last
      // Late is allowed: an edge or a process that is down must not keep browsers in the dark.
      await this.#feed.passedByFleet(seq)
      await this.#edges?.passedBy(seq, this.#edgeTimeoutMs).catch(() => [])
      const ready = this.#waiting.filter((held) => held.seq <= seq)
      this.#waiting.splice(0, ready.length)
      for (const held of ready) {
        this.#released = held.seq
        held.tell()
      }
    }
    this.#isWaiting = false
  }
}
