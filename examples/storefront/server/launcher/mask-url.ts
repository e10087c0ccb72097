/** A connection URL as it may be shown: its password, wherever it stands, is replaced by stars. */
export function maskUrl(url: string): string {
  // Without a host it is no URL that servers are reached by, however the parser splits it.
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.host) {
    if (parsed.password !== '') parsed.password = '***'
    for (const name of new Set(parsed.searchParams.keys())) {
      if (/pass/i.test(name)) parsed.searchParams.set(name, '***')
    }
    return parsed.toString()
  }
  // Somebody may still have written a password into it: all between the first ":" after a user and the last "@".
  return url
    .replace(/^((?:[a-z][\w+.-]*:\/\/)?[^:/@]*:).*@/i, '$1***@')
    .replaceAll(/(pass\w*\s*=\s*)\S+/gi, '$1***')
}
