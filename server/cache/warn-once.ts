const MOST = 1_000

/** Says what a developer should know and would overlook in an event; each thing once. */
export class WarnOnce {
  readonly #said = new Set<string>()

  warn(id: string, message: string): void {
    if (this.#said.has(id) || this.#said.size >= MOST) return
    this.#said.add(id)
    console.warn(`thermocline: ${message}`)
  }
}
