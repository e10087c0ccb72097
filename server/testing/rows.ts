const ROWS_A_BLOCK = 16_384

/** Rows of numbers, without an object for each. */
export class Rows {
  length = 0
  readonly #width: number
  readonly #blocks: Float64Array[] = []

  constructor(width: number) {
    this.#width = width
  }

  push(...row: readonly number[]): void {
    const place = this.length % ROWS_A_BLOCK
    // In blocks, since one growing array would be copied, and be there twice, each time it is full.
    if (place === 0) this.#blocks.push(new Float64Array(ROWS_A_BLOCK * this.#width))
    this.#blocks.at(-1)?.set(row, place * this.#width)
    this.length += 1
  }

  at(row: number, column: number): number {
    const block = this.#blocks[Math.floor(row / ROWS_A_BLOCK)]
    return block?.[(row % ROWS_A_BLOCK) * this.#width + column] ?? 0
  }
}
