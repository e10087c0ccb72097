import { printableText } from '../../../policy/index.ts'
import { EdgeFailure, mayBlameNames } from '../edge-purger.ts'
import type { VendorAnswer } from './call-vendor.ts'
import { retryAfterMs } from './retry-after.ts'

export interface AboutFailure {
  /** What the vendor says of it. */
  readonly reason?: string | undefined
  /** What was sent and is nobody's business: an API may quote it. */
  readonly secrets?: readonly string[]
  /** Where the vendor's words tell more than the status. */
  readonly isFinal?: boolean | undefined
  /** Where a part of what was named may be taken, or none of it would be, though the status alone says otherwise. */
  readonly isOfNames?: boolean | undefined
  /** Where the vendor says so in a field of its own, or in its manual. */
  readonly retryAfterMs?: number | undefined
}

const LONGEST_REASON = 200
/** Those that say "later" (RFC 9110 §15.5.9, RFC 8470, RFC 6585). */
const PASSING = new Set([408, 425, 429])

/** What an answer that is no success means to whoever asked. */
export function vendorFailure(edge: string, answer: VendorAnswer, about: AboutFailure = {}): EdgeFailure {
  const { status, fields } = answer
  const isFinal = about.isFinal ?? (status >= 300 && status < 500 && !PASSING.has(status))
  const after = retryAfterMs(fields) ?? about.retryAfterMs
  const reason = withoutSecrets(about.reason ?? '', about.secrets ?? [])
  return new EdgeFailure(
    `${edge} answered ${status}${reason === '' ? '' : ` (${reason})`}. ${whatToDo(status, isFinal)}`,
    {
      status,
      isFinal,
      isOfNames: about.isOfNames ?? mayBlameNames(status),
      ...(after === undefined ? {} : { retryAfterMs: after }),
    },
  )
}

/** Hidden before it is cut: half a token is still half a token. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), text)
  return printableText(hidden.trim(), LONGEST_REASON)
}

function whatToDo(status: number, isFinal: boolean): string {
  if (!isFinal) return 'It can be asked again.'
  if (status < 400) return 'Redirects are not followed: check the address of its API.'
  if (status === 401 || status === 403) return 'Check the credentials, and what they allow.'
  if (status === 404) return 'Check the ID that it was given.'
  return 'It does not take this request, now or later.'
}
