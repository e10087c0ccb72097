import type { BrowserHost } from './browser-host.ts'

const KEY = 'thermocline:reloads'
const MOST_RELOADS = 3
const WITHIN_MS = 30_000

/**
 * Whether this tab may reload itself once more; counts the reload if so. A script whose bytes differ at every fetch, or
 * the developer tools' "update on reload", would otherwise reload a page that applies updates by itself for ever.
 */
export function mayReload({ session, now }: Pick<BrowserHost, 'session' | 'now'>): boolean {
  const nowMs = now()
  const recent = readTimes(session).filter((time) => time <= nowMs && nowMs - time < WITHIN_MS)
  if (recent.length >= MOST_RELOADS) return false
  try {
    session?.setItem(KEY, JSON.stringify([...recent, nowMs]))
  } catch {
    // A full or forbidden storage costs the guard, not the update.
  }
  return true
}

function readTimes(session: BrowserHost['session']): number[] {
  try {
    const times: unknown = JSON.parse(session?.getItem(KEY) ?? '[]')
    return Array.isArray(times) ? times.filter((time) => typeof time === 'number') : []
  } catch {
    return []
  }
}
