import type { ServerResponse } from 'node:http'

/** Adds the whole `Cache-Status` as a metric that a page can read of every resource, pictures too, without asking anybody. */
export function writeServerTiming(response: ServerResponse, cacheStatus: string): void {
  const metric = `cache;desc="${cacheStatus.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  const before = response.getHeader('Server-Timing')
  response.setHeader('Server-Timing', before === undefined ? metric : [before, metric].flat().join(', '))
}
