/**
 * What this process appended and has not met again. A server that fails may have acknowledged entries which the replica that takes
 * over never received, and an entry that nobody read is missed by nobody but its author. Of each run of a server only the
 * latest is remembered: replicas receive entries in order, so where that one is, those before it are.
 */
export class OwnEntries {
  /** How often something that was acknowledged was not in the log that is being read. */
  losses = 0
  #madeGood = 0
  readonly #latest = new Map<string, { seq: number; ordinal: number }>()
  #ordinal = 0

  get isLost(): boolean {
    return this.losses > this.#madeGood
  }

  /** What is appended from now on has a higher number than this. */
  get mark(): number {
    return this.#ordinal
  }

  /** An append was acknowledged by the server that has this run. `reading` is where this process reads, and how far it has come. */
  note(
    seq: number,
    run: string,
    reading: { readonly run: string | undefined; readonly cursor: number },
  ): void {
    this.#ordinal += 1
    if (seq <= reading.cursor) {
      // The tail has come past its place: it met it before the answer came, unless it reads elsewhere.
      if (run !== reading.run) this.losses += 1
      return
    }
    const latest = Math.max(seq, this.#latest.get(run)?.seq ?? 0)
    this.#latest.set(run, { seq: latest, ordinal: this.#ordinal })
  }

  /** The tail has come to `seq` on a server with this run. */
  meet(seq: number, run: string | undefined): void {
    for (const [ownRun, own] of this.#latest) {
      if (own.seq > seq) continue
      this.#latest.delete(ownRun)
      if (own.seq !== seq && ownRun !== run) this.losses += 1
    }
  }

  /** The tail asked for more when `mark` was taken and there was none. */
  meetEnd(mark: number, run: string | undefined): void {
    for (const [ownRun, own] of this.#latest) {
      if (own.ordinal > mark) continue
      this.#latest.delete(ownRun)
      if (ownRun !== run) this.losses += 1
    }
  }

  /** Everything was invalidated after all that was acknowledged, and all that was found lost, before these were taken. */
  makeGood({ mark, losses }: { readonly mark: number; readonly losses: number }): void {
    this.#madeGood = Math.max(this.#madeGood, losses)
    for (const [run, { ordinal }] of this.#latest) if (ordinal <= mark) this.#latest.delete(run)
  }
}
