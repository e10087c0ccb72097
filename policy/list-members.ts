/**
 * The parts of a field value between separators, without the white space around them; one inside a quoted string
 * (RFC 9110 §5.6.4) separates nothing. A string that is never closed reaches to the end. Linear, and never throws.
 */
export function splitOutsideQuotes(value: string, separator: ',' | ';'): string[] {
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at]
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      parts.push(trimOws(value.slice(start, at)))
      start = at + 1
    }
  }
  return [...parts, trimOws(value.slice(start))]
}

/** A field value with its members one comma and space apart; nothing inside a quoted string changes, and nothing changes places. */
export function normaliseList(value: string): string {
  return splitOutsideQuotes(value, ',').filter(Boolean).map(collapseWhiteSpace).join(', ')
}

/** Runs of white space become one space, except in quoted strings. */
function collapseWhiteSpace(member: string): string {
  return member.replaceAll(/"[^"\\]*(?:\\[^]?[^"\\]*)*(?:"|$)|[ \t]+/g, (run) =>
    run.startsWith('"') ? run : ' ',
  )
}

/** RFC 9110 §5.6.3: optional white space is spaces and tabs. `trim` would take bytes of UTF-8 text, such as 0xA0, for it. */
function trimOws(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isOws(text[start])) start += 1
  while (end > start && isOws(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isOws(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
