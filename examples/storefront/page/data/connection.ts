import { effect, signal } from '@preact/signals'

const FIRST_PROBE_MS = 4_000
const LONGEST_PROBE_MS = 60_000

/** Whether the shop's server answered when it was last asked. */
export const reachable = signal(typeof navigator === 'undefined' || navigator.onLine)

export function noteReachable(): void {
  reachable.value = true
}

export function noteUnreachable(): void {
  reachable.value = false
}

/** Follows the browser's own events, and asks again from time to time while the server is out of reach. */
export function watchConnection(probe: () => Promise<unknown>): void {
  addEventListener('offline', noteUnreachable)
  // `online` says that there is a network, not that the shop is on it.
  addEventListener('online', () => void probe())
  let delayMs = FIRST_PROBE_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (): void => {
    timer = setTimeout(() => {
      delayMs = Math.min(delayMs * 2, LONGEST_PROBE_MS)
      void probe().then(() => {
        if (!reachable.peek()) schedule()
      })
    }, delayMs)
  }
  effect(() => {
    clearTimeout(timer)
    delayMs = FIRST_PROBE_MS
    if (!reachable.value) schedule()
  })
}
