import { type CacheStatusMember, appendCacheStatus } from '../policy/index.ts'

/** What the worker did, without its name. */
export type OwnStatus = Omit<CacheStatusMember, 'name'>

/** A response as it is rebuilt for a page. */
export type Whole = Pick<Response, 'status' | 'statusText' | 'headers' | 'body'>

interface Annotation {
  /** Seconds. */
  readonly age: number
  /** Whether it comes from the store, so that `Age` is this cache's to write (RFC 9111 §5.1). */
  readonly isStored: boolean
  readonly did: OwnStatus
}

/** Fetch: a response with one of these has no body at all. */
export const NULL_BODY_STATUS: ReadonlySet<number> = new Set([204, 205, 304])

/** Builds what the page is given: the response as it was, with what the caches did written on it. */
export function createAnswer(response: Whole, { age, did, isStored }: Annotation): Response {
  const { body, status, statusText } = response
  const headers = new Headers(response.headers)
  const cacheStatus = appendCacheStatus(headers.get('cache-status'), { name: 'SW', ...did })
  headers.set('Cache-Status', cacheStatus)
  headers.set('Server-Timing', replaceMetrics(headers.get('server-timing'), cacheStatus, age))
  if (isStored) headers.set('Age', String(age))
  return new Response(NULL_BODY_STATUS.has(status) ? null : body, { status, statusText, headers })
}

/** Server-Timing is how a page reads all this of images and scripts too, from their resource timing. */
function replaceMetrics(existing: string | null, cacheStatus: string, age: number): string {
  const others = (existing?.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [])
    .map((metric) => metric.trim())
    .filter((metric) => metric !== '' && !/^(?:cache|age)\s*(?:;|$)/i.test(metric))
  const description = cacheStatus.replaceAll(/["\\]/g, String.raw`\$&`)
  return [...others, `cache;desc="${description}"`, `age;dur=${age * 1_000}`].join(', ')
}
