import { signal } from '@preact/signals'
import type { ShopStatus } from './api-types.ts'
import { requestJson } from './request-json.ts'

/** What the server that answered last runs on. */
export const shopStatus = signal<ShopStatus | undefined>(undefined)

export async function loadShopStatus(): Promise<void> {
  const answer = await requestJson<ShopStatus>('/api/status')
  if (answer.ok) shopStatus.value = answer.value
}
