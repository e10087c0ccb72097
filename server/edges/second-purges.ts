import type { PurgeRequest } from './edge-purger.ts'
import type { PurgeKind } from './purge-plan.ts'

interface Due {
  readonly atMs: number
  /** Up to where in the log the edge had been told then. */
  readonly seq: number
}

interface NameList {
  readonly kind: PurgeKind
  readonly mode: PurgeRequest['mode']
  /** What is due first stands first. */
  readonly names: Map<string, Due>
}

/** What to ask of an edge once more, and the part of the log that it comes from. */
export interface SecondPurge {
  readonly request: PurgeRequest
  readonly from: number
  readonly to: number
}

/**
 * What an edge has let go of and is to let go of once more after a while: an answer that had left the origin before the invalidation may have
 * been stored after the purge. A name that is purged anew meanwhile waits anew, since that purge does the work of the second one; it is
 * due once, after the last. In memory alone, and of each kind and mode the latest `mostNames`.
 */
export class SecondPurges {
  readonly #delayMs: number
  readonly #most: number
  readonly #lists: readonly NameList[] = (['groups', 'urls'] as const).flatMap((kind) =>
    (['delete', 'expire'] as const).map((mode) => ({ kind, mode, names: new Map<string, Due>() })),
  )
  #everything: Due | undefined

  /** @param delayMs - 0: nothing is purged twice. */
  constructor(delayMs: number, mostNames: number) {
    this.#delayMs = delayMs
    this.#most = mostNames
  }

  /** When the first is due; `undefined` where nothing is. */
  get dueAtMs(): number | undefined {
    const firsts = [this.#everything, ...this.#lists.map(({ names }) => names.values().next().value)]
    const times = firsts.flatMap((due) => (due === undefined ? [] : [due.atMs]))
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** An edge has taken it, and with it the log up to `seq`. */
  begin({ kind, mode, names }: PurgeRequest, seq: number, nowMs: number): void {
    if (this.#delayMs === 0) return
    const due = { atMs: nowMs + this.#delayMs, seq }
    if (kind === 'everything') {
      this.#lists.forEach((list) => list.names.clear())
      this.#everything = due
      return
    }
    for (const list of this.#lists) {
      const isIt = list.kind === kind && list.mode === mode
      // What is deleted need not be expired.
      if (!isIt && (list.kind !== kind || mode !== 'delete')) continue
      for (const name of names) {
        list.names.delete(name)
        if (isIt) list.names.set(name, due)
      }
      forgetFirst(list.names, list.names.size - this.#most)
    }
  }

  /** A request together with what is due and fits into it, so that it costs no request of its own. */
  beside(request: PurgeRequest, most: number, nowMs: number): PurgeRequest {
    const list = this.#lists.find(({ kind, mode }) => kind === request.kind && mode === request.mode)
    const room = most - request.names.length
    if (list === undefined || room <= 0) return request
    const own = new Set(request.names)
    const more = dueNames(list, nowMs, room + own.size).filter((name) => !own.has(name))
    return { ...request, names: [...request.names, ...more.slice(0, room)] }
  }

  /** One request of what is due. */
  next(most: Readonly<Record<PurgeKind, number>>, nowMs: number): SecondPurge | undefined {
    if (this.#everything !== undefined && this.#everything.atMs <= nowMs) {
      const { seq } = this.#everything
      return { request: { kind: 'everything', names: [], mode: 'delete' }, from: seq, to: seq }
    }
    for (const list of this.#lists) {
      const names = dueNames(list, nowMs, most[list.kind])
      if (names.length === 0) continue
      const seqs = names.map((name) => list.names.get(name)?.seq ?? 0)
      const request = { kind: list.kind, mode: list.mode, names }
      return { request, from: Math.min(...seqs), to: Math.max(...seqs) }
    }
    return undefined
  }

  /** It has been asked for at `nowMs`: what was due then is done. */
  end({ kind, mode, names }: PurgeRequest, nowMs: number): void {
    const isAll = kind === 'everything'
    if (isAll) this.#everything = undefined
    for (const list of this.#lists) {
      if (!isAll && (list.kind !== kind || list.mode !== mode)) continue
      for (const name of isAll ? list.names.keys() : names) {
        if ((list.names.get(name)?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) list.names.delete(name)
      }
    }
  }
}

function dueNames({ names }: NameList, nowMs: number, most: number): string[] {
  const found: string[] = []
  for (const [name, { atMs }] of names) {
    if (atMs > nowMs || found.length === most) break
    found.push(name)
  }
  return found
}

function forgetFirst(names: Map<string, Due>, count: number): void {
  for (const name of names.keys()) {
    if (count <= 0) return
    count -= 1
    names.delete(name)
  }
}
