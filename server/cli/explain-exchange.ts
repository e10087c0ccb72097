import { Agent, request } from 'undici'
import { type HeaderReader, fromPairs } from '../../policy/index.ts'
import { CommandError } from './fail.ts'

/** One exchange with a server, as it was. */
export interface RealExchange {
  readonly url: string
  readonly method: string
  readonly requestHeaders: HeaderReader
  readonly status: number
  readonly statusText: string
  readonly headers: HeaderReader
  readonly requestTimeMs: number
  readonly responseTimeMs: number
  /** What came of the body, as it is coded; `undefined` where it was longer than was waited for. */
  readonly bodyBytes: number | undefined
}

export interface ExchangeOptions {
  readonly method: string
  /** Names and values, besides or in place of the command's own. */
  readonly headers: readonly (readonly [string, string])[]
  readonly timeoutMs: number
}

/** As much as most caches keep; of what is longer only the head is looked at. */
const MOST_BODY_BYTES = 4_194_304

const OWN_HEADERS = [
  ['Accept', '*/*'],
  ['Accept-Encoding', 'gzip, deflate, br'],
  ['User-Agent', 'thermocline-explain'],
] as const

/**
 * Asks a server once, on a connection of its own, and follows no redirect. Throws a `CommandError` where there is no answer.
 */
export async function exchangeWith(url: string, options: ExchangeOptions): Promise<RealExchange> {
  const { method, timeoutMs } = options
  const given = new Set(options.headers.map(([name]) => name.toLowerCase()))
  const fields = [...OWN_HEADERS.filter(([name]) => !given.has(name.toLowerCase())), ...options.headers]
  const dispatcher = new Agent({ connect: { timeout: timeoutMs }, headersTimeout: timeoutMs })
  const signal = AbortSignal.timeout(timeoutMs)
  const requestTimeMs = Date.now()
  try {
    const answer = await request(url, {
      dispatcher,
      // Any method is asked with; undici's types list those that are common.
      method: method as 'GET',
      headers: fields.flat(),
      responseHeaders: 'raw',
      signal,
    })
    const responseTimeMs = Date.now()
    const headers = fromPairs(pairUp(answer.headers as unknown as readonly string[]))
    return {
      url,
      method,
      requestHeaders: fromPairs(fields),
      status: answer.statusCode,
      statusText: answer.statusText,
      headers,
      requestTimeMs,
      responseTimeMs,
      bodyBytes: await drain(answer.body, headers),
    }
  } catch (error) {
    if (UNSENDABLE.has((error as NodeJS.ErrnoException).code ?? '')) {
      throw new CommandError(`this request can't be sent: ${(error as Error).message}`, 2)
    }
    throw new CommandError(`${new URL(url).host} ${describeNoAnswer(error, timeoutMs)}`)
  } finally {
    // What is still open is of no more use, and would keep the command from ending.
    await dispatcher.destroy()
  }
}

function* pairUp(flat: readonly unknown[]): Generator<[string, string]> {
  for (let at = 0; at < flat.length; at += 2) yield [String(flat[at]), String(flat[at + 1])]
}

/** Reads a body to its end: caches on the way keep only what was fetched whole. An event stream has none. */
async function drain(body: AsyncIterable<Buffer>, headers: HeaderReader): Promise<number | undefined> {
  if (headers.get('content-type')?.toLowerCase().startsWith('text/event-stream')) return undefined
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > MOST_BODY_BYTES) return undefined
    }
    return bytes
  } catch {
    // The head is what matters, and it is there.
    return undefined
  }
}

/** Fields and methods that belong to the connection, which are the client's own affair. */
const UNSENDABLE: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
])

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection: nothing listens there.',
  ECONNRESET: 'cut the connection before it answered.',
  UND_ERR_SOCKET: 'cut the connection before it answered.',
  ENOTFOUND: 'is no host that this machine can find.',
  EAI_AGAIN: 'could not be looked up: the name server gave no answer.',
  EHOSTUNREACH: 'can not be reached from here.',
  ENETUNREACH: 'can not be reached from here.',
}

function describeNoAnswer(error: unknown, timeoutMs: number): string {
  const { name, code = '', message } = error as NodeJS.ErrnoException
  const reason = REASONS[code]
  if (reason !== undefined) return reason
  if (name === 'TimeoutError' || /TIMEOUT|ETIMEDOUT/.test(code)) {
    return `gave no answer within ${timeoutMs / 1_000} s. Raise --timeout if that is too short.`
  }
  return `gave no answer that could be read: ${message || code}.`
}
