import { PARTITION_HEADER } from '../policy/index.ts'

/** Whether a response may be kept where everybody is shown it. In doubt it may not. */
export function isForAll({ headers }: Response): boolean {
  // `parseCacheControl` would cost whoever takes `AppShell` alone a kilobyte.
  const isOwn = /(?:^|[\s,])(?:private|no-store)(?![\w-])/i.test(headers.get('cache-control') ?? '')
  return !isOwn && !headers.has(PARTITION_HEADER)
}
