/** What somebody outside has been told to let go of, and when, in ms. */
export class Told {
  /** When it was told to let go of everything. */
  readonly resets: number[] = []
  readonly #groups = new Map<string, number[]>()

  groups(names: readonly string[]): void {
    for (const name of names) {
      const times = this.#groups.get(name) ?? []
      times.push(performance.now())
      this.#groups.set(name, times)
    }
  }

  everything(): void {
    this.resets.push(performance.now())
  }

  /** How often by its name. */
  timesOf(group: string): number {
    return this.#groups.get(group)?.length ?? 0
  }

  /** Whether it was told of a group by name, or to let go of everything once `sinceMs` had come. */
  knows(group: string, sinceMs: number): boolean {
    return this.timesOf(group) > 0 || this.resets.some((at) => at >= sinceMs)
  }
}
