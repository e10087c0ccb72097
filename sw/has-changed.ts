import { type StoredEntry, toStoredResponse } from './stored-entry.ts'

/** Whether a response that replaces another one has a different body. Without a validator in both it counts as one. */
export function hasChanged(before: StoredEntry, after: StoredEntry): boolean {
  for (const name of ['etag', 'last-modified']) {
    const [old, current] = [before, after].map((entry) => toStoredResponse(entry).headers.get(name))
    // RFC 9110 §8.8.3.2: weak comparison.
    if (old && current) return old.replace(/^W\//, '') !== current.replace(/^W\//, '')
  }
  return true
}
