/** RFC 9110 §8.8.3: quoted, of visible ASCII without quotes and of obs-text; nothing in it is escaped, commas are allowed. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/

// One member of a list: an entity tag that a comma or the end follows. What is none is passed over up to the next
// comma, so that a malformed tag hides no good one behind it.
const MEMBER = /[ \t,]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)|[^,]+)/gy

/** The entity tags in an `If-None-Match` or `If-Match` value, in order; whatever is none is left out. Never throws. */
export function parseEntityTags(value: string): string[] {
  return Array.from(value.matchAll(MEMBER), ([, tag]) => tag).filter((tag) => tag !== undefined)
}

/** Whether a text is one entity tag (RFC 9110 §8.8.3). */
export function isEntityTag(text: string): boolean {
  return ENTITY_TAG.test(text)
}

/** RFC 9110 §8.8.3.2: the same bytes: both strong, and equal. What is no entity tag matches nothing, not even itself. */
export function strongMatch(a: string, b: string): boolean {
  return a === b && !a.startsWith('W/') && isEntityTag(a)
}

/** RFC 9110 §8.8.3.2: equal but for the mark of weakness. What is no entity tag matches nothing, not even itself. */
export function weakMatch(a: string, b: string): boolean {
  return opaque(a) === opaque(b) && isEntityTag(a) && isEntityTag(b)
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}
