import type { Account } from './api-types.ts'
import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'

export function fetchAccount(signal: AbortSignal): Promise<Result<Account>> {
  return requestJson<Account>('/api/account', { signal })
}
