import type { InvalidationResult } from '../cache/invalidate-options.ts'
import { printable, printableText } from './access-log.ts'
import { CommandError } from './fail.ts'
import type { InvalidationRequest } from './invalidate-command.ts'

/** What the answer may take beyond what the application waits itself. */
const GRACE_MS = 5_000
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Asks an `invalidationEndpoint()`, in the words of draft-nottingham-http-invalidation-01. The token is sent and never shown. */
export async function invalidateByEndpoint(
  { keys, prefixes, groups, urls, mode, wait, timeoutMs }: InvalidationRequest,
  { endpoint, origin = new URL(endpoint).origin }: { readonly endpoint: string; readonly origin?: string },
  token: string,
  warn: (line: string) => void,
): Promise<InvalidationResult> {
  if (keys.length + prefixes.length > 0) {
    throw new CommandError('an endpoint knows groups and URLs only. Keys go by --redis', 2)
  }
  const asked = new URL(endpoint)
  if (asked.protocol === 'http:' && !LOOPBACK.test(asked.hostname)) {
    warn('The token goes over the network unencrypted. Use https where others can listen.')
  }
  const more = { purge: mode === 'delete', wait }
  const events = [
    ...(groups.length > 0 ? [{ type: 'group', selectors: [withPort(origin)], groups, ...more }] : []),
    ...(urls.length > 0
      ? [{ type: 'uri', selectors: urls.map((url) => absolute(url, origin)), ...more }]
      : []),
  ]
  const results: InvalidationResult[] = []
  for (const event of events) results.push(await post(endpoint, token, event, timeoutMs + GRACE_MS))
  return {
    acknowledged: results.every(({ acknowledged }) => acknowledged),
    missing: [...new Set(results.flatMap(({ missing }) => missing))],
  }
}

/** As the draft writes origins. */
function withPort(origin: string): string {
  const { protocol, hostname, port } = new URL(origin)
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
}

/** Only a path is taken for one: "shop.example/a" has lost its scheme. */
function absolute(url: string, origin: string): string {
  if (/^\/(?![/\\])/.test(url)) return new URL(url, origin).href
  if (URL.canParse(url) && /^https?:\/\//i.test(url)) return url
  throw new CommandError(
    `--url ${printable(url)} is neither an absolute URL nor a path that begins with "/"`,
    2,
  )
}

async function post(
  endpoint: string,
  token: string,
  event: object,
  timeoutMs: number,
): Promise<InvalidationResult> {
  let response: Response
  let text: string
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(event),
      // The token is for this address.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    text = await response.text()
  } catch (error) {
    const { code, name } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    throw new CommandError(`the endpoint gave no answer: ${printable(code ?? name)}`)
  }
  const said = readObject(text)
  if (response.status === 200 || response.status === 202) {
    const { acknowledged, missing } = said
    const names = Array.isArray(missing) ? missing.map(String) : []
    // Another implementation says it by its status alone.
    const isLate = response.status === 202 && acknowledged === undefined
    return { acknowledged: acknowledged !== false, missing: isLate ? ['unknown'] : names }
  }
  const detail = typeof said['detail'] === 'string' ? `: ${said['detail']}` : ''
  throw new CommandError(`the endpoint answered ${response.status}${printableText(detail)}`)
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
