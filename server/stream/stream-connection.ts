import type { ServerResponse } from 'node:http'
import { type StreamEvent, withCursor } from './stream-events.ts'

/** A browser that reads slower than this is hung up on: it comes back with its cursor, and nothing is lost. */
const MOST_UNREAD_BYTES = 65_536

interface Held {
  readonly seq: number
  readonly told: StreamEvent
  /** The place in the log, which is the same for all. */
  readonly place: string
}

/** One browser that listens. */
export class StreamConnection {
  /** Whose browser it is, by the user's tag. */
  readonly ownerTag: string | undefined
  /** When it is to be made anew. */
  readonly endsAtMs: number
  readonly #response: ServerResponse
  #isEnded = false
  /** What comes while it is being told what it missed. */
  #held: Held[] | undefined = []
  #whose = ''

  constructor(response: ServerResponse, ownerTag: string | undefined, endsAtMs: number) {
    this.#response = response
    // Whoever has gone has gone.
    response.on('error', () => {})
    this.ownerTag = ownerTag
    this.endsAtMs = endsAtMs
  }

  /** Sends what happens from now on, in its turn. */
  send(seq: number, told: StreamEvent, place: string): void {
    if (this.#held === undefined) this.write(withCursor(told, place + this.#whose))
    else this.#held.push({ seq, told, place })
  }

  /** All up to `seq` has been told: what was held back follows. `whose` stands after each place from now on. */
  release(seq: number, whose: string): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#whose = whose
    for (const { place, seq: own, told } of held) if (own > seq) this.send(own, told, place)
  }

  /** Whether it still waits to be told what it missed. */
  get isHeld(): boolean {
    return this.#held !== undefined
  }

  write(text: string): void {
    if (this.#isEnded || this.#response.destroyed) return
    // What one event takes is no sign of a slow reader; what is still there from before is.
    if (this.#response.writableLength > MOST_UNREAD_BYTES) this.#response.destroy()
    else this.#response.write(text)
  }

  /** Ends it; the second time at once, for who does not read can't be told that it is over. */
  end(): void {
    if (this.#isEnded) this.#response.destroy()
    else this.#response.end()
    this.#isEnded = true
  }
}
