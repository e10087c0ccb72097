type Listener<E> = ((event: E) => void) | { handleEvent(event: E): void }

/**
 * An `EventTarget` with typed events that keeps what happened before the first listener of its kind was added. A page
 * adds its listeners after an `await`, a new version or a message may come before.
 */
export class HoldingEventTarget<Events extends { [Name in keyof Events]: Event }> extends EventTarget {
  readonly #heard = new Set<string>()
  readonly #held = new Map<string, Event[]>()

  override addEventListener<Name extends keyof Events & string>(
    type: Name,
    listener: Listener<Events[Name]> | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options)
    if (listener === null || this.#heard.has(type)) return
    this.#heard.add(type)
    // Not within this call: the page may still be setting up what its listener uses.
    queueMicrotask(() => {
      const held = this.#held.get(type) ?? []
      this.#held.delete(type)
      for (const event of held) this.dispatchEvent(event)
    })
  }

  override removeEventListener<Name extends keyof Events & string>(
    type: Name,
    listener: Listener<Events[Name]> | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener as EventListenerOrEventListenerObject | null, options)
  }

  /** Dispatches now, or as soon as somebody listens; until then the last `most` of that kind are kept. */
  deliver(event: Events[keyof Events], most = 1): void {
    const held = this.#held.get(event.type)
    // Behind what is held, so that the order stays, even between a listener's arrival and its first event.
    if (this.#heard.has(event.type) && held === undefined) {
      this.dispatchEvent(event)
      return
    }
    const events = held ?? []
    events.push(event)
    if (events.length > most) events.shift()
    this.#held.set(event.type, events)
  }
}
