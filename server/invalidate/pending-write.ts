import type { ServerResponse } from 'node:http'
import { formatCacheGroups, ownerTagOf } from '../../policy/index.ts'
import type { InvalidateOptions } from '../cache/invalidate-options.ts'
import type { TieredCache } from '../cache/tiered-cache.ts'
import { onHead } from '../http/on-head.ts'
import type { Invalidation, InvalidationMode } from '../log/invalidation.ts'
import { addUsable, hasNames, noNames } from './usable-names.ts'

export interface PendingWriteOptions {
  readonly cache: TieredCache
  /** The tag of the user who asks, whose own groups this response may name; `undefined` where nobody is known. */
  readonly ownerTag: () => string | undefined
  readonly warn: (message: string) => void
}

const FIELD = 'Cache-Group-Invalidation'
/** Clients refuse a response whose fields take more than 8 or 16 KiB. */
const MOST_FIELD_CHARS = 4_096

/** What one unsafe request is to invalidate, gathered until its response leaves, and then carried out once. */
export class PendingWrite {
  readonly #response: ServerResponse
  readonly #options: PendingWriteOptions
  readonly #names = noNames()
  #mode: InvalidationMode = 'expire'
  #wait: InvalidateOptions | undefined
  /** Set when the head is decided on: whether it says that the write succeeded. */
  #hasSucceeded: boolean | undefined
  #carried: Promise<unknown> | undefined
  #isHeld = false

  constructor(response: ServerResponse, options: PendingWriteOptions) {
    this.#response = response
    this.#options = options
    onHead(response, () => this.#settle())
    this.#watchEnd()
    response.once('close', () => {
      // The client has gone, and whether the handler has written or still will, there is no knowing. If it goes on, its end
      // is seen as well.
      if (this.#hasSucceeded === undefined) void this.#carryOut()
    })
  }

  /** Where several name a mode, deleting wins. */
  add(what: Invalidation, wait?: InvalidateOptions): void {
    addUsable(this.#names, what, this.#options.warn)
    if (what.mode !== 'expire') this.#mode = 'delete'
    this.#wait = wait ?? this.#wait
    // The head has left with its word on this write: what is named only now can't be in it, and must not be lost.
    if (this.#hasSucceeded === true) this.#carried = this.#carryOut()
  }

  /** RFC 9111 §4.4: a status that is no error says that the write was done. */
  #settle(): void {
    if (this.#hasSucceeded !== undefined) return
    const { statusCode } = this.#response
    this.#hasSucceeded = statusCode >= 200 && statusCode < 400
    if (!this.#hasSucceeded) return
    this.#writeField()
    // Takes effect in this process before it returns: who has this response asks again and is not given the old value.
    this.#carried = this.#carryOut()
  }

  async #carryOut(): Promise<void> {
    const { cache, warn } = this.#options
    if (!hasNames(this.#names)) return
    const { keys, groups, prefixes, urls } = this.#names
    const what = {
      keys: [...keys],
      groups: [...groups],
      prefixes: [...prefixes],
      urls: [...urls],
      mode: this.#mode,
    }
    try {
      await cache.invalidate(what, this.#wait)
    } catch (error) {
      // What can't be waited for, such as edges that nobody has named, must still be let go of.
      warn(`A write was not waited for: ${(error as Error).message}`)
      await cache.invalidate(what).catch(() => {})
    }
  }

  /** RFC 9875 §3: so that the browser that wrote lets go without being told otherwise. */
  #writeField(): void {
    const { ownerTag, warn } = this.#options
    const told: string[] = []
    let chars = 0
    const own = [...this.#names.groups].some((group) => ownerTagOf(group) !== undefined)
      ? ownerTag()
      : undefined
    for (const group of this.#names.groups) {
      const owner = ownerTagOf(group)
      // Another user's own group is none of this one's business.
      if (owner !== undefined && owner !== own) continue
      chars += group.length + 4
      if (chars > MOST_FIELD_CHARS) {
        warn(`${FIELD} would take more than ${MOST_FIELD_CHARS} characters, so some groups are not in it.`)
        break
      }
      told.push(group)
    }
    if (told.length === 0) return
    const before = this.#response.getHeader(FIELD)
    const field = formatCacheGroups(told)
    this.#response.setHeader(FIELD, before === undefined ? field : `${String(before)}, ${field}`)
  }

  /** Node writes no head for a client that has gone, so the end of the handler is watched too; and it is where one can wait. */
  #watchEnd(): void {
    const response = this.#response
    const { end } = response as { readonly end: (...written: unknown[]) => ServerResponse }
    response.end = (...written: unknown[]) => {
      if (this.#isHeld) return response
      this.#settle()
      if (this.#wait === undefined || this.#carried === undefined)
        return Reflect.apply(end, response, written)
      this.#isHeld = true
      const send = (): void => {
        this.#isHeld = false
        this.#wait = undefined
        Reflect.apply(end, response, written)
      }
      this.#carried.then(send, send)
      return response
    }
  }
}
