import { type HistoryEvent, type Recorder, createRecorder } from '../../server/testing/index.ts'

const TELL_MS = 50
const WATCH_MS = 5

interface ProcessReportOptions {
  /** What the process is called in the history. */
  readonly process: string
  /** Whether L2 is in use. */
  readonly isL2Ready: () => boolean
  readonly clock?: (() => number) | undefined
}

/** What one process of a site records, and tells the one that started it. */
export class ProcessReport {
  readonly recorder: Recorder
  readonly #isL2Ready: () => boolean
  #events: HistoryEvent[] = []
  #hasQueued = false
  #timers: NodeJS.Timeout[] = []

  constructor({ process, isL2Ready, clock }: ProcessReportOptions) {
    const sink = (event: HistoryEvent) => void this.#events.push(event)
    this.recorder = createRecorder({ process, sink, ...(clock && { clock }) })
    this.#isL2Ready = isL2Ready
  }

  /** Begins to tell, every now and then. */
  start(): void {
    this.#timers = [setInterval(() => this.tell(), TELL_MS), setInterval(() => this.#watchQueue(), WATCH_MS)]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Something was invalidated that the log does not know of yet. */
  noteQueued(): void {
    this.#hasQueued = true
  }

  /** Tells what has been recorded since it last did. */
  tell(): void {
    if (this.#events.length === 0) return
    process.send?.({ type: 'events', events: this.#events })
    this.#events = []
  }

  /** L2 is in use again only when the log has all that was queued. */
  #watchQueue(): void {
    if (!this.#hasQueued || !this.#isL2Ready()) return
    this.#hasQueued = false
    this.recorder.delivered()
  }
}
