import { effect, signal } from '@preact/signals'
import type { InvalidatedEvent } from 'thermocline/client'
import { askPastCaches } from './page-cache-mode.ts'

const latest = signal<InvalidatedEvent | undefined>(undefined)

/** Follows what the shop invalidates, by SQL or by its own pages, so that what is shown is what is true. */
export async function followShop(): Promise<void> {
  const { followInvalidations } = await import('thermocline/client')
  followInvalidations({ url: '/invalidations' }).addEventListener('invalidated', (event) => {
    askPastCaches()
    latest.value = event
  })
}

/** Calls back when one of these groups has been invalidated, until the returned function is called. */
export function onInvalidated(groups: readonly string[], callback: () => void): () => void {
  const before = latest.peek()
  return effect(() => {
    const event = latest.value
    if (event === undefined || event === before) return
    if (event.everything || groups.some((group) => event.groups.includes(group))) callback()
  })
}
