/** RFC 9110 §9.2.1. A method that is not known here counts as unsafe, which at worst drops more than it must. */
export function isSafeMethod(method: string): boolean {
  return /^(?:GET|HEAD|OPTIONS|TRACE)$/.test(method)
}

/** The URLs whose stored responses a successful unsafe request makes invalid (RFC 9111 §4.4). */
export function invalidatedUrls(target: string, response: Response): string[] {
  const urls = new Set([target])
  for (const name of ['location', 'content-location']) {
    const value = response.headers.get(name)
    if (value === null || !URL.canParse(value, target)) continue
    const url = new URL(value, target)
    url.hash = ''
    // Another origin's responses are not this one's to invalidate.
    if (url.origin === new URL(target).origin) urls.add(url.href)
  }
  return [...urls]
}

/** RFC 9111 §4.4: 2xx and 3xx; a redirect that a navigation follows shows a worker no status. */
export function isNonError(response: Response): boolean {
  return response.type === 'opaqueredirect' || (response.status >= 200 && response.status < 400)
}
