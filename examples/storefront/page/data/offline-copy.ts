import { effect, signal } from '@preact/signals'
import { loadSnapshot, type Snapshot } from './catalogue-snapshot.ts'
import { isKept, rememberKept } from './kept-pictures.ts'
import { pictureUrl } from './picture.ts'

export type OfflineCopy =
  | { state: 'none' }
  | { state: 'saving'; done: number; total: number }
  | { state: 'ready' }

/** How far the copy for offline browsing is. */
export const offlineCopy = signal<OfflineCopy>({ state: 'none' })

const BATCH = 16
const LONGEST_WAIT_MS = 120

/**
 * Once a worker controls the page and the visitor doesn't save data: fetches the snapshot and every small picture, in
 * small batches when the page is idle, so that the worker holds the whole shop.
 */
export async function keepOfflineCopy(): Promise<void> {
  effect(() => {
    const { state } = offlineCopy.value
    if (state === 'none') delete document.documentElement.dataset['offline']
    else document.documentElement.dataset['offline'] = state
  })
  if (savesData() || !('serviceWorker' in navigator)) return
  const wasControlled = navigator.serviceWorker.controller !== null
  await controlled()
  await idle()
  const snapshot = await loadSnapshot()
  if (!snapshot.ok) return
  const pictures = pictureUrls(snapshot.value)
  if (!(await isKept(pictures))) {
    if (!(await fetchPictures(pictures))) {
      offlineCopy.value = { state: 'none' }
      return
    }
    rememberKept(pictures)
  }
  if (!wasControlled) await fetchAgainWhatCameBefore()
  offlineCopy.value = { state: 'ready' }
}

function pictureUrls({ products, categories }: Snapshot): string[] {
  return [...new Set([...products, ...categories].map(({ pictureBase }) => pictureUrl(pictureBase, 96)))]
}

/** Says whether all could be asked for; a picture that the shop doesn't have holds up nothing. */
async function fetchPictures(urls: readonly string[]): Promise<boolean> {
  for (let start = 0; start < urls.length; start += BATCH) {
    offlineCopy.value = { state: 'saving', done: start, total: urls.length }
    await idle()
    const asked = await Promise.all(urls.slice(start, start + BATCH).map((url) => fetchWhole(url, 'default')))
    if (asked.includes(false)) return false
  }
  return true
}

/** A first page is loaded before there is a worker to see it, and would be the only one that is missing offline. */
async function fetchAgainWhatCameBefore(): Promise<void> {
  const paths = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin }) => origin === location.origin)
    .map(({ pathname, search }) => pathname + search)
  const publicData = paths.filter((path) => /^\/api\/(?:products|categories)\b/.test(path))
  const pictures = paths.filter((path) => path.startsWith('/pictures/') && !path.endsWith('-96.webp'))
  await Promise.all([
    ...[...new Set(publicData)].map((path) => fetchWhole(path, 'no-cache')),
    ...[...new Set(pictures)].map((path) => fetchWhole(path, 'default')),
  ])
}

/** Reads to the end, so that the worker's copy is complete too. */
async function fetchWhole(url: string, cache: RequestCache): Promise<boolean> {
  try {
    const response = await fetch(url, { priority: 'low', cache })
    await response.arrayBuffer()
    return true
  } catch {
    return false
  }
}

function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true
}

function controlled(): Promise<void> {
  const { serviceWorker } = navigator
  if (serviceWorker.controller) return Promise.resolve()
  return new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true })
  })
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT_MS })
    else setTimeout(resolve, LONGEST_WAIT_MS / 4)
  })
}
