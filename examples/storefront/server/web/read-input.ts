import { HttpError } from './http-error.ts'

// Each reader takes one untrusted value and the name by which a refusal calls it.

type Fields = Readonly<Record<string, unknown>>

export function readObject(value: unknown, name = 'The body'): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw refusal(`${name} must be a JSON object.`)
}

export function readList(value: unknown, name: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value as unknown[]
  throw refusal(`\`${name}\` must be a list of at most ${most}.`)
}

export function readText(value: unknown, name: string, mostCharacters: number): string {
  const text = typeof value === 'string' ? value.trim() : ''
  if (text !== '' && text.length <= mostCharacters) return text
  throw refusal(`\`${name}\` must be a text of 1 to ${mostCharacters} characters.`)
}

export function readInteger(value: unknown, name: string, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw refusal(`\`${name}\` must be a whole number from ${least} to ${most}.`)
}

/** A number in a path or a query: digits only, so that 1e3, 0x1F and the empty text are refused. */
export function readDigits(value: unknown, name: string, range: readonly [number, number]): number {
  return readInteger(
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
    name,
    range,
  )
}

export function readChoice<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw refusal(`\`${name}\` must be one of: ${choices.join(', ')}.`)
}

function refusal(message: string): HttpError {
  return new HttpError(400, 'bad-input', message)
}
