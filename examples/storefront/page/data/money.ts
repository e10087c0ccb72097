const formatters = new Map<string, Intl.NumberFormat>()

/** Writes integer cents as money. @default currency 'EUR' */
export function formatMoney(cents: number, currency = 'EUR'): string {
  let formatter = formatters.get(currency)
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-IE', { style: 'currency', currency })
    formatters.set(currency, formatter)
  }
  return formatter.format(cents / 100)
}

/** Writes integer cents as the plain amount that a price field holds, such as `12.50`. */
export function centsToInput(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
}

export type ParsedMoney = { ok: true; cents: number } | { ok: false; message: string }

/** The most that a price may be: EUR 100,000. */
export const MAX_CENTS = 10_000_000

/**
 * Reads euros as people type them (`12`, `12.5`, `12,50`, `€ 1,234.50`) into integer cents, digit by digit: no
 * floating-point number is involved.
 */
export function parseEuros(text: string): ParsedMoney {
  const bare = text.replace(/[\s€]|EUR/gi, '')
  if (bare === '') return { ok: false, message: 'Write a price, such as 12.50.' }
  const match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(ungroup(bare))
  if (!match) return { ok: false, message: `“${text.trim()}” is not a price. Write it as 12.50.` }
  const [, euros = '', rest = ''] = match
  // More digits than this would leave the range in which a number counts exactly.
  if (euros.length > 12) return tooMuch()
  const cents = Number(euros) * 100 + Number(rest.padEnd(2, '0'))
  if (cents === 0) return { ok: false, message: 'Write a price above zero.' }
  return cents > MAX_CENTS ? tooMuch() : { ok: true, cents }
}

/** Takes thousands separators out where a decimal part shows which sign is which; `1,234` alone stays undecided. */
function ungroup(text: string): string {
  if (/^\d{1,3}(,\d{3})+\.\d{1,2}$/.test(text)) return text.replaceAll(',', '')
  if (/^\d{1,3}(\.\d{3})+,\d{1,2}$/.test(text)) return text.replaceAll('.', '')
  return text
}

function tooMuch(): ParsedMoney {
  return { ok: false, message: `The most a price may be is ${formatMoney(MAX_CENTS)}.` }
}
