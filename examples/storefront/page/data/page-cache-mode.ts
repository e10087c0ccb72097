let reloaded = isReload()

// Whoever goes on to another address of the shop has seen what the reload brought.
addEventListener('pushState', () => {
  reloaded = false
})

/** How the page's data is fetched: a visitor who reloads wants to know what is true now, not what is still fresh. */
export function pageCacheMode(): RequestCache {
  return reloaded ? 'no-cache' : 'default'
}

function isReload(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  return navigation instanceof PerformanceNavigationTiming && navigation.type === 'reload'
}
