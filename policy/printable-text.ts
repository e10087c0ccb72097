/**
 * A text of a stranger for people to read: control characters, and those that can't be seen or turn the direction of text,
 * are escaped, so that it can't rewrite a terminal or a log; what is longer than `longest` characters is cut. Never throws.
 */
export function printableText(text: string, longest = Number.POSITIVE_INFINITY): string {
  const escaped = text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
  return escaped.length > longest ? `${escaped.slice(0, longest - 1)}…` : escaped
}
