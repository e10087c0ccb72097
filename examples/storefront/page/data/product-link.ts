/** The address of a product's page. */
export function productLink({ id, slug }: { id: number; slug: string }): string {
  return `/p/${id}-${slug}`
}

/** Reads the id at the head of `42-red-apple`; the slug is for people and may be anything. */
export function productIdFrom(segment: string): number | undefined {
  const match = /^([1-9]\d{0,8})(?:-|$)/.exec(segment)
  return match ? Number(match[1]) : undefined
}

/** A name to show until the product is known: `42-red-apple` becomes `Red apple`. */
export function nameFromSegment(segment: string): string {
  const words = segment
    .replace(/^\d+-?/, '')
    .replaceAll('-', ' ')
    .trim()
  return words === '' ? 'Product' : words.charAt(0).toUpperCase() + words.slice(1)
}
