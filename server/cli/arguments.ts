import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1_024, mb: 1_024 ** 2, gb: 1_024 ** 3 }

/** A port from a command line; 0 is any free one. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('Give a number from 0 to 65535.')
}

/** A number of bytes, plain or with kb, mb, gb (of 1,024). */
export function parseBytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?b)?$/i.exec(text) ?? []
  const bytes = Math.round(Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN))
  if (digits !== '' && Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new InvalidArgumentError('Give bytes, such as 500000, 512kb or 10mb.')
}

/** A URL of one of the schemes. */
export function parseUrl(...schemes: readonly string[]): (text: string) => string {
  return (text) => {
    if (URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1))) return text
    throw new InvalidArgumentError(
      `Give a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}.`,
    )
  }
}

/** Scheme, host and port of a URL, and nothing else. */
export function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (isHttp && /^https?:\/\/[^/?#@\\]+\/?$/i.test(text)) return url.origin
  throw new InvalidArgumentError('Give scheme, host and port, such as https://shop.example.')
}

/** A number of seconds above 0, as milliseconds. */
export function parseTimeout(text: string): number {
  const ms = Math.round(Number(text) * 1_000)
  if (/^\d+(?:\.\d+)?$/.test(text) && ms > 0 && ms <= 600_000) return ms
  throw new InvalidArgumentError('Give seconds from 0.001 to 600.')
}

/** The name of a method, as it is sent. */
export function parseMethod(text: string): string {
  if (/^[!#$%&'*+.^_`|~\dA-Za-z-]{1,32}$/.test(text)) return text.toUpperCase()
  throw new InvalidArgumentError('Give the name of a method, such as GET.')
}

/** One more text beside those before it. */
export function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

/** One more `Name: value` beside those before it. */
export function collectHeader(
  text: string,
  before: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const [, name, value] = /^([!#$%&'*+.^_`|~\dA-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return [...before, [name, value.trimEnd()]]
  throw new InvalidArgumentError("Give a field as 'Name: value'.")
}
