const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/'
/** CloudFront, "What you need to know when invalidating files": 4,000 characters. */
const LONGEST_PATH = 4_000
/**
 * What is to be written with "%" although URLs hold it as it is: unsafe by RFC 1738 §2.2, as that page wants it. Else CloudFront
 * refuses the whole batch ("invalid invalidation paths").
 */
const UNSAFE = /[{}|\\^~[\]`]/g

/**
 * A URL as an invalidation path. A longer one than CloudFront takes is cut, and all that begins so is invalidated: too much, and
 * never too little.
 */
export function pathOf(url: string, withQuery: boolean): string {
  const { pathname, search } = new URL(url)
  const path = (pathname + (withQuery ? search : '')).replaceAll(UNSAFE, escaped)
  if (path.length <= LONGEST_PATH) return path
  // Not within an escape.
  return `${path.slice(0, LONGEST_PATH - 1).replace(/%[0-9a-f]?$/i, '')}*`
}

/** The body of CreateInvalidation (CloudFront API reference, 2020-05-31). `reference` is another one in each request. */
export function invalidationBatch(paths: readonly string[], reference: string): string {
  const items = paths.map((path) => `<Path>${asText(path)}</Path>`).join('')
  return (
    `<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="${NAMESPACE}">` +
    `<CallerReference>${reference}</CallerReference>` +
    `<Paths><Items>${items}</Items><Quantity>${paths.length}</Quantity></Paths></InvalidationBatch>`
  )
}

/** The code of an error of AWS. Its message is not for people to see: it quotes the request with the session's token. */
export function errorCodeOf(xml: string): string {
  return /<Code>\s*([A-Za-z.]{1,80})\s*<\/Code>/.exec(xml)?.[1] ?? ''
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
