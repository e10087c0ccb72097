import type { PageLike } from './page-like.ts'

/**
 * Stops the page's service worker, as a browser does with one that is idle: what it held in memory is gone, what it stored
 * stays, and the next request starts it again. Resolves once it is stopped. Chromium only, since it takes its DevTools
 * protocol; rejects in other browsers, with Playwright's error.
 *
 * @example
 * await stopWorker(page)
 */
export async function stopWorker(page: PageLike): Promise<void> {
  const session = await page.context().newCDPSession(page as never)
  try {
    await session.send('ServiceWorker.enable')
    await session.send('ServiceWorker.stopAllWorkers')
  } finally {
    await session.detach()
  }
}
