import { isPartitionId } from '../policy/index.ts'
import type { Database } from './database.ts'
import type { Platform } from './platform.ts'
import { wipeOtherPartitions } from './wipe-partitions.ts'

const KEY = 'partition'

interface Kept {
  readonly held: string | undefined
  /** Whether others' data are gone; where not, a restarted worker goes on with it. */
  readonly isWiped: boolean
}

/**
 * Whose private responses this browser may be given now. Known from the server's `Thermocline-Partition` or the page's
 * message, and kept in IndexedDB; where it is not known, or can't be kept, there is no private storage at all.
 */
export class Partitions {
  readonly #database: Database
  readonly #platform: Platform
  #held: string | undefined
  #isRead = false
  #reading: Promise<string | undefined> | undefined
  #isClosed = false
  #persisting: Promise<void> | undefined
  #wiping = Promise.resolve()
  #epoch = 0

  constructor(database: Database, platform: Platform) {
    this.#database = database
    this.#platform = platform
  }

  /** Grows with every switch. Whoever began before one neither stores nor answers anything private after it. */
  get epoch(): number {
    return this.#epoch
  }

  /** Settles when what the last switch left behind is gone. */
  get wiped(): Promise<void> {
    return this.#wiping
  }

  /** Whether `believed()` has its answer at hand. */
  get isKnown(): boolean {
    return this.#isRead
  }

  /** What this worker believes to be held; ask `current()` before anything private is answered. */
  async believed(): Promise<string | undefined> {
    if (this.#isRead) return this.#open()
    this.#reading ??= this.current().finally(() => {
      this.#reading = undefined
    })
    return await this.#reading
  }

  /**
   * The partition held now, `undefined` where there is none. Reads the kept one each time: another worker of the origin
   * may have switched, and a restarted worker knows nothing else.
   */
  async current(): Promise<string | undefined> {
    // What was switched to in memory counts before it has been written.
    if (this.#isClosed || this.#persisting !== undefined) return this.#open()
    const epoch = this.#epoch
    let kept: Kept | undefined
    try {
      kept = await this.#database.state<Kept>(KEY)
    } catch {
      return undefined
    }
    if (epoch !== this.#epoch) return this.#open()
    const held = isPartitionId(kept?.held) ? kept.held : undefined
    if (this.#isRead && held !== this.#held) this.#epoch += 1
    this.#held = held
    if (!this.#isRead && kept?.isWiped === false && held !== undefined) this.#wipe()
    this.#isRead = true
    return held
  }

  /**
   * Takes in the partition that a response names. Returns the epoch under which that response may be stored: that of the
   * switch which it made, or the one in which it was asked for.
   *
   * A response to an unsafe method is believed in any case: it comes behind the cookie that it may have set. Of two others
   * that were under way together and name two users nobody can tell which was signed in last, so then nobody is held until
   * another response names somebody.
   */
  async observe(named: string | null, epoch: number, isUnsafe = false): Promise<number> {
    // Where the last switch could not be kept, the same once more can't be either.
    if (!isPartitionId(named) || (this.#isClosed && named === this.#held)) return epoch
    const before = this.#epoch
    const held = await this.current()
    if (epoch === this.#epoch && named === held) {
      if (!isUnsafe) return epoch
      // It may be the same one who has signed in again, after a session that had ended or somebody else's: what was
      // asked for before has no say any more.
      this.#tellPages('named')
      this.#epoch += 1
      return this.#epoch
    }
    if (epoch === this.#epoch || (isUnsafe && before === this.#epoch)) {
      // While it is being kept, another switch may come.
      const own = this.#epoch + 1
      await this.hold(named)
      return own
    }
    if (named !== this.#held) await this.hold(undefined)
    return epoch
  }

  /**
   * Holds to another partition at once, or to none until a response names one; resolves when that is kept. Never
   * rejects.
   */
  hold(partition: string | undefined): Promise<void> {
    this.#tellPages(partition === this.#held ? 'named' : 'switched')
    this.#epoch += 1
    this.#held = partition
    this.#isRead = true
    const persisting = this.#persist().finally(() => {
      if (this.#persisting === persisting) this.#persisting = undefined
    })
    this.#persisting = persisting
    return persisting
  }

  /** What a page hears of the user's own belongs to the one whose cookie it connected with. */
  #tellPages(what: 'named' | 'switched'): void {
    void this.#platform.notifyPages({ type: `thermocline:${what}` }).catch(() => {})
  }

  async #persist(): Promise<void> {
    const held = this.#held
    try {
      await this.#write({ held, isWiped: false })
      this.#isClosed = false
      // Who comes back finds what was kept; that is told apart only once somebody is named.
      if (held !== undefined) this.#wipe()
    } catch {
      // A restarted worker would hold to the old partition: without its bodies that one has nothing to answer.
      this.#isClosed = true
      this.#wipe()
      await this.#wiping
    }
  }

  async #write(kept: Kept): Promise<void> {
    await this.#database.use(async (connection) => {
      const transaction = connection.transaction('state', 'readwrite', { durability: 'strict' })
      await Promise.all([transaction.store.put(kept, KEY), transaction.done])
    })
  }

  #wipe(): void {
    this.#wiping = this.#wiping.then(async () => {
      const epoch = this.#epoch
      const isWiped = await wipeOtherPartitions(this.#platform, this.#database, () => this.#open())
      if (isWiped && epoch === this.#epoch) await this.#write({ held: this.#open(), isWiped }).catch(() => {})
    })
  }

  #open(): string | undefined {
    return this.#isClosed ? undefined : this.#held
  }
}
