import { parseCacheStatus } from '../../policy/index.ts'
import type { PageLike } from './page-like.ts'

/** A Playwright or Fetch response: anything that shows its header fields. */
export type LayerOfResponse =
  | { headers(): Readonly<Record<string, string>> }
  | { readonly headers: { get(name: string): string | null } }

/**
 * Which cache answered: its name in `Cache-Status`, such as `SW`, `L1` or `L2`; `origin` where each of them passed the
 * request on; `undefined` where nothing tells.
 *
 * Of a response it reads the field. Of a page and a URL it reads the `Server-Timing` of the last request that the page
 * made for it, which it has of images and scripts, too. Relative URLs resolve against the page's.
 *
 * @example
 * expect(await layerOf(page, '/api/products/42')).toBe('SW')
 */
export function layerOf(response: LayerOfResponse): string | undefined
export function layerOf(page: PageLike, url: string): Promise<string | undefined>
export function layerOf(
  subject: LayerOfResponse | PageLike,
  url?: string,
): string | undefined | Promise<string | undefined> {
  if (url !== undefined) return layerOfLast(subject as PageLike, url)
  return readLayer(fieldOf(subject as LayerOfResponse))
}

function fieldOf(response: LayerOfResponse): string | null | undefined {
  if (typeof response.headers === 'object') return response.headers.get('cache-status')
  return (response as { headers(): Readonly<Record<string, string>> }).headers()['cache-status']
}

async function layerOfLast(page: PageLike, url: string): Promise<string | undefined> {
  const description = await page.evaluate((path) => {
    const { href } = new URL(path, location.href)
    const timings = performance.getEntriesByName(href) as PerformanceResourceTiming[]
    const last = timings.findLast(({ serverTiming }) => serverTiming !== undefined)
    return last?.serverTiming.find(({ name }) => name === 'cache')?.description
  }, url)
  return readLayer(description)
}

function readLayer(cacheStatus: string | null | undefined): string | undefined {
  const members = parseCacheStatus(cacheStatus)
  if (members.length === 0) return undefined
  // The last member is the nearest to the page; what is behind a hit is of the time when that was stored.
  return members.findLast(({ hit }) => hit === true)?.name ?? 'origin'
}
