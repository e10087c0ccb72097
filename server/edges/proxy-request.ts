import { type IncomingMessage, Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { ThermoclineError, describeValue } from '../../policy/index.ts'
import { EdgeFailure, mayBlameNames } from './edge-purger.ts'

/** The head of what a proxy has answered. */
export interface ProxyAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
}

export type ProxyCall = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<ProxyAnswer>

const MOST_CONNECTIONS = 8

/**
 * Asks a proxy at one address, on connections that it keeps. Not by `fetch`, which lets nobody say which host is meant: a proxy files what
 * it holds under `Host`. Throws `option-invalid` for an address that is none.
 */
export function proxyCaller(what: string, url: string): ProxyCall {
  const address = URL.canParse(url) ? new URL(url) : undefined
  const isTls = address?.protocol === 'https:'
  const isBare = address?.pathname === '/' && address.search === '' && address.username === ''
  if (address === undefined || (!isTls && address.protocol !== 'http:') || !isBare) {
    throw new ThermoclineError(
      'option-invalid',
      `\`url\` of \`${what}\` is ${isBare || address === undefined ? describeValue(url) : 'more than an address'}. Give where the proxy listens, such as "http://127.0.0.1:6081".`,
    )
  }
  // What is on these connections must not keep a process that has nothing else to do.
  const options = { keepAlive: true, maxSockets: MOST_CONNECTIONS, timeout: 60_000 }
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options)
  const send = isTls ? requestHttps : requestHttp
  return (method, path, headers, signal) =>
    new Promise((resolve, reject) => {
      // A setter throws for a value that is no header's; so does a path with a blank in it.
      const sent = send(address, { method, path, headers: { ...headers }, agent, signal })
      sent.on('response', (response) => {
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }))
        response.resume()
      })
      sent.on('error', reject)
      sent.end()
    })
}

/** What a proxy answered in place of what it should have. Other answers of its kind would be the same; what a server answers when it fails may pass. */
export function proxyFailure(what: string, { status }: ProxyAnswer, hint: string): EdgeFailure {
  const isFinal = status < 500 && status !== 408 && status !== 429
  return new EdgeFailure(`${what} has answered ${status} to a purge. ${hint}`, {
    status,
    isFinal,
    isOfNames: mayBlameNames(status),
  })
}

/** Does some at a time; rejects with a failure, once all have ended. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  const takeTurns = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  const turns = await Promise.allSettled(Array.from({ length: atOnce }, takeTurns))
  const failed = turns.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
