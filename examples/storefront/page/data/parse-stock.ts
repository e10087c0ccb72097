const MOST = 1_000_000

export type ParsedStock = { ok: true; count: number } | { ok: false; message: string }

/** Reads a number of pieces as people type it. */
export function parseStock(text: string): ParsedStock {
  const bare = text.trim()
  if (!/^\d{1,9}$/.test(bare)) return { ok: false, message: 'Write how many there are, such as 12.' }
  const count = Number(bare)
  return count > MOST ? { ok: false, message: `The most is ${MOST}.` } : { ok: true, count }
}
