import { loadCart } from './cart.ts'
import type { Result } from './result.ts'
import { sendJson } from './send-json.ts'
import { refreshSession } from './session.ts'

// Other tabs hold this user's name and cart in memory until they hear of the change.
const otherTabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('fathom-session')

export function watchOtherTabs(): void {
  otherTabs?.addEventListener('message', () => void reload())
}

export async function signIn(email: string, password: string): Promise<Result<unknown>> {
  return changed(await sendJson('/api/login', { method: 'POST', body: { email, password } }))
}

export async function signOut(): Promise<Result<unknown>> {
  return changed(await sendJson('/api/logout', { method: 'POST' }))
}

async function changed(answer: Result<unknown>): Promise<Result<unknown>> {
  if (!answer.ok) return answer
  await reload()
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A BroadcastChannel has no target.
  otherTabs?.postMessage('changed')
  return answer
}

async function reload(): Promise<void> {
  await refreshSession()
  await loadCart()
}
