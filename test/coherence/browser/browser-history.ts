import { type History, type HistoryEvent, createHistory } from '../../../server/testing/index.ts'
import type { PageEvent, ReadSource } from './page.ts'

/** A read in a page. Times are ms of the epoch. */
export interface PageRead {
  readonly tab: string
  readonly key: string
  readonly version: number
  readonly beganAtMs: number
  readonly source: ReadSource
}

/** What one browser's tabs saw. */
export interface BrowserRecord {
  readonly reads: PageRead[]
  /** When a page was told that a row had that version. */
  readonly told: {
    readonly tab: string
    readonly key: string
    readonly version: number
    readonly atMs: number
  }[]
  /** When it noticed that it may have missed something: a read failed, or was answered without a network, or a page was told so. */
  readonly noticedAtMs: number[]
  /** When something was done to it, or to what is behind it, and the time that it may take to get over that. */
  readonly faults: { readonly fromMs: number; readonly toMs: number }[]
  /** When a page was told that it may have missed anything. */
  readonly resets: { readonly tab: string; readonly atMs: number }[]
  /** How long a tab was there, by its name. */
  readonly tabs: Map<string, { readonly fromMs: number; toMs: number }>
}

/** All that was written, told and read. */
export class BrowserHistory {
  /** What the server processes did. */
  readonly servers: History = createHistory()
  readonly browsers = new Map<string, BrowserRecord>()

  recordServer(events: readonly HistoryEvent[]): void {
    this.servers.record(events)
  }

  recordTab(browser: string, tab: string, events: readonly PageEvent[]): void {
    const record = this.of(browser)
    for (const event of events) {
      switch (event[0]) {
        case 'follows':
          record.tabs.set(tab, { fromMs: event[1], toMs: event[1] })
          break
        case 'read': {
          const [, key, version, beganAtMs, endedAtMs, source] = event
          const span = record.tabs.get(tab)
          if (span !== undefined) span.toMs = endedAtMs
          record.reads.push({ tab, key, version, beganAtMs, source })
          if (source === 'disconnected') record.noticedAtMs.push(endedAtMs)
          break
        }
        case 'told': {
          const [, key, version, atMs] = event
          record.told.push({ tab, key, version, atMs })
          break
        }
        case 'failed':
          record.noticedAtMs.push(event[1])
          break
        case 'everything':
          record.resets.push({ tab, atMs: event[1] })
          record.noticedAtMs.push(event[1])
          break
      }
    }
  }

  recordFault(browsers: readonly string[], fromMs: number, toMs: number): void {
    for (const browser of browsers) this.of(browser).faults.push({ fromMs, toMs })
  }

  of(browser: string): BrowserRecord {
    const known = this.browsers.get(browser)
    if (known !== undefined) return known
    const record: BrowserRecord = {
      reads: [],
      told: [],
      noticedAtMs: [],
      faults: [],
      resets: [],
      tabs: new Map(),
    }
    this.browsers.set(browser, record)
    return record
  }
}
