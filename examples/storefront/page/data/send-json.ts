import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'
import { refreshSession, session } from './session.ts'

export interface Send {
  method: 'POST' | 'PUT' | 'PATCH'
  body?: unknown
  headers?: Readonly<Record<string, string>>
}

/** Sends an unsafe request with the session's CSRF token; asks for a new token once if it was refused. */
export async function sendJson<T>(url: string, send: Send): Promise<Result<T>> {
  const known = session.peek()
  const token = known.state === 'known' ? known.csrf : await newToken()
  if (token === undefined) return { ok: false, problem: { kind: 'unreachable' } }
  const answer = await sendWith<T>(url, send, token)
  if (answer.ok || answer.problem.kind !== 'refused' || answer.problem.status !== 403) return answer
  const renewed = await newToken()
  return renewed === undefined || renewed === token ? answer : sendWith<T>(url, send, renewed)
}

async function newToken(): Promise<string | undefined> {
  const answer = await refreshSession()
  return answer.ok ? answer.value.csrf : undefined
}

function sendWith<T>(url: string, { method, body, headers }: Send, token: string): Promise<Result<T>> {
  return requestJson<T>(url, {
    method,
    headers: {
      'x-csrf-token': token,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
