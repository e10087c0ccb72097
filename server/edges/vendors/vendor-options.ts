import { ThermoclineError, describeValue } from '../../../policy/index.ts'
import type { EdgeRate } from '../edge-purger.ts'

/** A token or key. What is wrong with it is told, and never what it is. Throws `option-invalid`. */
export function secretOf(option: string, value: unknown): string {
  if (typeof value === 'string' && /^[!-~]+$/.test(value)) return value
  const wrong =
    typeof value !== 'string'
      ? `is ${value === undefined ? 'undefined' : typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
      : value === ''
        ? 'is empty'
        : 'holds a space, a line break or another character that no such secret has'
  throw new ThermoclineError('option-invalid', `\`${option}\` ${wrong}. Give it as the vendor shows it.`)
}

/** What a vendor calls something of yours. A text is not shown: it may be a token in the wrong place. Throws `option-invalid`. */
export function idOf(option: string, value: unknown, pattern: RegExp, looks: string): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  const seen = typeof value === 'string' ? `a text of ${value.length} characters` : describeValue(value)
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${seen}. Give ${looks}.`)
}

/** One of a vendor's limits. Throws `option-invalid`. */
export function limitOf(
  option: string,
  value: number | undefined,
  { usual, least, most }: { readonly usual: number; readonly least: number; readonly most: number },
): number {
  const limit = value ?? usual
  if (Number.isSafeInteger(limit) && limit >= least && limit <= most) return limit
  return refuse(`limits.${option}`, value, `a whole number from ${least} to ${most}`)
}

/** How fast a vendor may be asked. Throws `option-invalid`. */
export function rateOf<Usual extends EdgeRate | undefined>(
  rate: EdgeRate | undefined,
  usual: Usual,
): EdgeRate | Usual {
  if (rate === undefined) return usual
  const { perSecond, burst } = (rate ?? {}) as Partial<EdgeRate>
  const isRate = typeof perSecond === 'number' && perSecond > 0 && Number.isFinite(perSecond)
  if (isRate && Number.isSafeInteger(burst) && (burst ?? 0) >= 1) return rate
  return refuse(
    'rate',
    rate,
    '`{ perSecond, burst }`: requests a second, more than 0, and a whole number, 1 or more',
  )
}

/** Where a vendor's API is: without a slash at its end. In the clear only on this machine. Throws `option-invalid`. */
export function endpointOf(value: string | undefined, usual: string): string {
  const url = URL.canParse(value ?? usual) ? new URL(value ?? usual) : undefined
  const isLocal = url !== undefined && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) {
    if (url.username === '' && url.search === '' && url.hash === '') return url.href.replace(/\/+$/, '')
  }
  // It may hold a password, so it is not shown.
  throw new ThermoclineError(
    'option-invalid',
    `\`endpoint\` can't be used. Give an address that begins with https:, without a name or password, such as "${usual}".`,
  )
}

/** Throws `option-invalid`. */
export function refuse(option: string, value: unknown, looks: string): never {
  throw new ThermoclineError('option-invalid', `\`${option}\` is ${describeValue(value)}. Give ${looks}.`)
}
