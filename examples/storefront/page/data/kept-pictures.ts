const STORAGE_KEY = 'offline-copy'
const SAMPLE = 6

/** Whether the worker still holds these pictures: a mark from an earlier visit says which, a sample says whether. */
export async function isKept(urls: readonly string[]): Promise<boolean> {
  if (readMark() !== markOf(urls)) return false
  const step = Math.max(1, Math.floor(urls.length / SAMPLE))
  const sample = urls.filter((_, index) => index % step === 0).slice(0, SAMPLE)
  return (await Promise.all(sample.map(isHeldByWorker))).every(Boolean)
}

/** Leaves the mark for the next visit. */
export function rememberKept(urls: readonly string[]): void {
  try {
    localStorage.setItem(STORAGE_KEY, markOf(urls))
  } catch {
    // Storage is refused: the next visit asks the worker for every picture again.
  }
}

async function isHeldByWorker(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    return response.ok && /\bSW;\s*hit\b/.test(response.headers.get('cache-status') ?? '')
  } catch {
    return false
  }
}

function readMark(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}

function markOf(urls: readonly string[]): string {
  let hash = 0
  for (const url of urls)
    for (let i = 0; i < url.length; i++) hash = (Math.imul(hash, 31) + url.charCodeAt(i)) | 0
  return `${urls.length}-${hash >>> 0}`
}
