import type { BrowserHost } from './browser-host.ts'

/**
 * Calls `check` every `everyMs` while the page is visible, and when a page that was hidden for longer is shown again: a
 * hidden tab or a laptop asleep asks nothing, and has no timer running. Returns a function that ends it.
 */
export function scheduleChecks(host: BrowserHost, everyMs: number, check: () => void): () => void {
  // Registration has just asked for the script, so the first look is a full interval away.
  let lastMs = host.now()
  let cancelTimer: (() => void) | undefined

  const plan = () => {
    cancelTimer?.()
    cancelTimer = undefined
    if (!host.visible()) return
    const dueInMs = lastMs + everyMs - host.now()
    if (dueInMs <= 0) {
      lastMs = host.now()
      // Offline the look would only fail; the next interval or the next visit makes up for it.
      if (host.online()) check()
      plan()
      return
    }
    cancelTimer = host.after(dueInMs, plan)
  }

  const stopListening = host.onVisibilityChange(plan)
  plan()
  return () => {
    stopListening()
    cancelTimer?.()
  }
}
