/** A file to store when the worker is installed. */
export interface PrecacheEntry {
  /** Relative URLs resolve against the worker's scope. */
  readonly url: string
  /** Changes with the content; `null` where the URL itself does, as hashed names do. */
  readonly revision: string | null
  /** Subresource integrity that the file must meet, such as `'sha384-…'` (W3C Subresource Integrity §3.5). */
  readonly integrity?: string | undefined
}

/** Stands for the site's own. */
export const ANY_ORIGIN = 'https://any.example'

export const PRECACHE_REMEDY =
  "a list of { url, revision, integrity? }, revision being null for hashed names, integrity such as 'sha384-…'"

export function isPrecacheEntry(value: unknown): value is PrecacheEntry {
  const { integrity, revision, url } = (value ?? {}) as Record<string, unknown>
  // A browser passes over metadata that it can't read, and then checks nothing.
  const isChecked = integrity === undefined || (isText(integrity) && /^sha(256|384|512)-/.test(integrity))
  return isPath(url) && (revision === null || isText(revision)) && isChecked
}

/** Whether it can be the URL of something, relative or not. */
export function isPath(value: unknown): boolean {
  return isText(value) && URL.canParse(value, ANY_ORIGIN)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
