import { signal } from '@preact/signals'
import type { ThermoclineWorker, WaitingEvent } from 'thermocline/client'

/** Applies the version that waits, while one does. */
export const waitingUpdate = signal<WaitingEvent | undefined>(undefined)

/** Paths whose stored answers the worker found changed, and how often. */
const changes = signal<ReadonlyMap<string, number>>(new Map())

/** Goes up each time that the worker finds a path's answer changed. Reading it subscribes. */
export function changeCountOf(path: string): number {
  return changes.value.get(path) ?? 0
}

/** Registers the worker; resolves also where there can be none. */
export async function startWorker(): Promise<ThermoclineWorker> {
  // The client library isn't needed to draw the page, so it comes after it.
  const { register } = await import('thermocline/client')
  // It listens before it stores anything: what is stored before that would have to be validated once.
  const worker = await register({ url: '/sw.js?invalidations=/invalidations' })
  worker.addEventListener('waiting', (event) => {
    waitingUpdate.value = event
  })
  worker.addEventListener('updated', ({ url }) => {
    const { pathname, search } = new URL(url)
    const path = pathname + search
    changes.value = new Map(changes.peek()).set(path, (changes.peek().get(path) ?? 0) + 1)
  })
  return worker
}
