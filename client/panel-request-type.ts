import type { TimingEntry } from './panel-row.ts'

/** What was asked for, as far as the browser tells: who asked, or where that says little, the file's extension. */
export function requestType(
  { entryType, initiatorType }: Pick<TimingEntry, 'entryType' | 'initiatorType'>,
  pathname: string,
): string {
  if (entryType === 'navigation') return 'document'
  if (initiatorType === 'xmlhttprequest') return 'fetch'
  const extension =
    /^(link|css|other|early-hints|)$/.test(initiatorType) && /\.(\w{1,11})$/.exec(pathname)?.[1]
  return extension || initiatorType || 'other'
}
