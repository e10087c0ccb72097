import type { ServerResponse } from 'node:http'

/**
 * Says the whole `Cache-Status` as a metric that a page can read of every resource, pictures too, without asking anybody. A
 * layer that comes later says it again with its own part, in the place of the first.
 */
export function writeServerTiming(response: ServerResponse, cacheStatus: string): void {
  const metric = cacheMetric(cacheStatus)
  const before = [response.getHeader('Server-Timing') ?? []].flat().map(String)
  const others = before
    .join(', ')
    .replace(OWN_METRIC, '')
    .replace(/^[\s,]+/, '')
  response.setHeader('Server-Timing', others === '' ? metric : `${others}, ${metric}`)
}

const OWN_METRIC = /(?:^|,)\s*cache;desc="(?:[^"\\]|\\.)*"/

/** A `Cache-Status` as a metric of `Server-Timing`. */
export function cacheMetric(cacheStatus: string): string {
  return `cache;desc="${cacheStatus.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
