import { InvalidationFeed } from '../../../server/feed/invalidation-feed.ts'

/** A change of one source file, made while a script is built. */
export interface SourceBreak {
  /** The end of the file's path. */
  readonly file: string
  readonly edits: readonly { readonly find: string; readonly replacement: string }[]
}

interface PartBreak {
  readonly source?: SourceBreak
  /** Carried out in each server process before it opens its cache. */
  readonly server?: () => void
}

const SITE = 'sw/site-invalidations.ts'

/** Parts of the way to the page that can be taken out, here and not in what is shipped: each must be missed. */
export const BROWSER_BREAKS = {
  /** The worker lets go of no group that it is told. */
  'worker-groups': {
    source: {
      file: SITE,
      edits: [{ find: '...(groups.length > 0 ?', replacement: '...(groups.length > 1e9 ?' }],
    },
  },
  /** A worker that is started by what a page is told has no cache yet that could let go. */
  'worker-woken': {
    source: {
      file: 'sw/start-worker.ts',
      edits: [
        {
          find: 'if (opened === undefined) await tell(',
          replacement: 'if (opened !== undefined) await tell(',
        },
        { find: 'if (platform.isRestarted()) void openCache()', replacement: '' },
      ],
    },
  },
  /** The worker takes itself for current: when it wakes, and when the network was away. */
  'worker-wakes': {
    source: {
      file: SITE,
      edits: [
        {
          find: 'return this.#kept.url === undefined || (leftMs > 0 && leftMs <= TRUST_MS)',
          replacement: 'return leftMs < Number.MAX_VALUE',
        },
      ],
    },
  },
  /** The worker does not mind that something was missed which can't be told. */
  'worker-reset': {
    source: {
      file: SITE,
      edits: [
        {
          find: 'const distrustUntilMs = reset ? askedAtMs : kept.distrustUntilMs',
          replacement: 'const { distrustUntilMs } = kept; void askedAtMs',
        },
      ],
    },
  },
  /** The worker stores what was asked for before it was told, and came after. */
  'worker-fill': {
    source: {
      file: 'sw/flights.ts',
      edits: [{ find: 'return isOutdated || responses', replacement: 'return isOutdated && responses' }],
    },
  },
  /** A page that connects anew is told from now on, and takes what it has missed for heard. */
  'follower-cursor': {
    source: {
      file: 'client/stream-source.ts',
      edits: [
        { find: 'return this.#cursor === undefined ? url', replacement: 'return this.#cursor !== "" ? url' },
      ],
    },
  },
  /** Pages are told before their worker has let go. */
  'follower-order': {
    source: {
      file: 'client/invalidation-follower.ts',
      edits: [
        {
          find: 'if (isOwn && isNews) await this.#tellWorker(told)',
          replacement: 'if (isOwn && isNews) setTimeout(() => void this.#tellWorker(told), 300)',
        },
      ],
    },
  },
  /** A server tells nobody what was missed. */
  'stream-replay': {
    server: () => {
      InvalidationFeed.prototype.since = function (seq) {
        return Promise.resolve({ entries: [], cursor: Math.max(seq, this.seq), isEnd: true })
      }
    },
  },
} satisfies Readonly<Record<string, PartBreak>> as Readonly<Record<BrowserBreak, PartBreak>>

export type BrowserBreak =
  | 'worker-groups'
  | 'worker-woken'
  | 'worker-wakes'
  | 'worker-reset'
  | 'worker-fill'
  | 'follower-cursor'
  | 'follower-order'
  | 'stream-replay'
