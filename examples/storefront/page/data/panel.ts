import { signal } from '@preact/signals'

/** Whether the cache trace is shown. */
export const panelOpen = signal(false)

export function openPanel(): void {
  panelOpen.value = true
}

/** Opens the trace for `?panel` in the address, and on Alt+T. */
export function watchForPanel(): void {
  if (new URLSearchParams(location.search).has('panel')) openPanel()
  addEventListener('keydown', (event) => {
    // By the key's place: with Alt held, some layouts make another character of it.
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== 'KeyT') return
    event.preventDefault()
    panelOpen.value = !panelOpen.peek()
  })
}
