import { ThermoclineError, describeValue } from '../policy/index.ts'
import { isUrlLike } from './is-url-like.ts'

/** Options of `followInvalidations()`. */
export interface FollowOptions {
  /**
   * Where the server tells of invalidations, on the page's own origin: the path of `invalidationStream()`.
   * @default '/invalidations'
   */
  readonly url?: string | URL | undefined
}

/** Applies the default. Throws `option-invalid`. */
export function resolveFollowUrl(options: FollowOptions, baseUrl: string | undefined): string {
  if (typeof options !== 'object' || options === null) {
    throw invalid(
      `The options of followInvalidations() are ${describeValue(options)}. Pass an object, or nothing.`,
    )
  }
  for (const name of Object.keys(options)) {
    if (name !== 'url') throw invalid(`followInvalidations() has no option \`${name}\`. It knows url.`)
  }
  const { url = '/invalidations' } = options
  if (!isUrlLike(url)) {
    throw invalid(
      `\`url\` is ${describeValue(url)}. Write a path of the page's own origin, such as '/invalidations'.`,
    )
  }
  if (baseUrl === undefined) return String(url)
  const parsed = URL.canParse(url, baseUrl) ? new URL(url, baseUrl) : undefined
  const { origin } = new URL(baseUrl)
  if (parsed?.origin === origin && parsed.search === '') return parsed.href
  throw invalid(
    `\`url\` is ${describeValue(String(url))}. Write a path of the page's own origin, ${origin}, without a query.`,
  )
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
