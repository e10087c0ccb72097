import { computed, signal } from '@preact/signals'
import type { User } from './api-types.ts'
import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'

interface SessionAnswer {
  user: User | null
  csrf: string
}

type Session =
  | { state: 'loading' }
  | { state: 'known'; user: User | null; csrf: string }
  | { state: 'unreachable' }

const held = signal<Session>({ state: 'loading' })

export const session = computed(() => held.value)

/** Who is signed in, as far as is known. */
export const user = computed(() => (held.value.state === 'known' ? held.value.user : null))

let pending: Promise<Result<SessionAnswer>> | undefined

/** Asks who is signed in; calls made meanwhile share the answer. */
export function refreshSession(): Promise<Result<SessionAnswer>> {
  pending ??= requestJson<SessionAnswer>('/api/session')
    .then((answer) => {
      if (answer.ok) held.value = { state: 'known', ...answer.value }
      else if (held.peek().state === 'loading') held.value = { state: 'unreachable' }
      return answer
    })
    .finally(() => {
      pending = undefined
    })
  return pending
}
