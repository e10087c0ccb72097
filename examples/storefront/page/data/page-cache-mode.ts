let reloaded = isReload()

// Whoever goes on to another address of the shop has seen what the reload brought.
addEventListener('pushState', () => {
  reloaded = false
})

let isPastCaches = false

/** Something was invalidated: the worker knows, but a page that has none yet is answered by the browser's own cache. */
export function askPastCaches(): void {
  isPastCaches = true
}

/** How the page's data is fetched: a visitor who reloads wants to know what is true now, not what is still fresh. */
export function pageCacheMode(): RequestCache {
  const isAlone = !('serviceWorker' in navigator) || navigator.serviceWorker.controller === null
  return reloaded || (isPastCaches && isAlone) ? 'no-cache' : 'default'
}

function isReload(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  return navigation instanceof PerformanceNavigationTiming && navigation.type === 'reload'
}
