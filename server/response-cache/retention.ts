import { type Assessment, type HeaderReader, currentAge } from '../../policy/index.ts'

/** What one cache wants of a response beside being allowed to keep it. */
export interface RetentionOptions {
  readonly keepStaleMs: number
  readonly keepsValidated: boolean
}

/** How long a response is worth keeping, in milliseconds: while it is fresh, and while it can be validated or stand in for a failed one. 0: not at all. */
export function retentionMs(
  assessment: Assessment,
  headers: HeaderReader,
  nowMs: number,
  { keepStaleMs, keepsValidated }: RetentionOptions,
): number {
  const { staleWhileRevalidate = 0, staleIfError = 0, noCache, mustRevalidate } = assessment.directives.values
  const hasValidator = Boolean(headers.get('etag') ?? headers.get('last-modified'))
  const ttlMs =
    noCache === undefined ? (assessment.lifetime.seconds - currentAge(assessment, nowMs)) * 1_000 : 0
  const windowMs = noCache || mustRevalidate ? 0 : Math.max(staleWhileRevalidate, staleIfError) * 1_000
  if (noCache && !hasValidator) return 0
  if (ttlMs + windowMs <= 0 && !keepsValidated) return 0
  const isOfUseWhenStale = hasValidator || !mustRevalidate
  return Math.max(0, ttlMs) + Math.max(windowMs, isOfUseWhenStale ? keepStaleMs : 0)
}
