import { createHash } from 'node:crypto'

/** Numbers that look drawn by lot and are the same for the same text on every machine. */
export interface Draw {
  /** A number from 0 (included) to 1 (not). */
  number(purpose: string): number
  /** One of the choices. */
  pick<T>(purpose: string, choices: readonly [T, ...T[]]): T
}

/** A draw for a text; each purpose has its own number, so that adding one moves no other. */
export function drawFor(text: string): Draw {
  const number = (purpose: string): number =>
    createHash('sha256').update(`${purpose}\n${text}`).digest().readUInt32BE(0) / 2 ** 32
  return {
    number,
    pick: (purpose, choices) => choices[Math.floor(number(purpose) * choices.length)] ?? choices[0],
  }
}
