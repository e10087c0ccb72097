import { PARTITION_HEADER } from '../policy/index.ts'

/** Whether a response may be kept where everybody is shown it. In doubt it may not. */
export function isForAll({ headers }: Response): boolean {
  const isOwn = /(?:^|[\s,])(?:private|no-store)(?![\w-])/i.test(headers.get('cache-control') ?? '')
  return !isOwn && !headers.has(PARTITION_HEADER)
}
