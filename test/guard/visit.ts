import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request as ask } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The loopback address to come from. */
  readonly from?: string | undefined
  readonly body?: string
}

/** Asks with no fields but `Host` (which is the same for any port), `Connection` and those given, which `fetch` can't. */
export async function visit(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, from, body } = question
  const asked = ask(url, {
    method,
    headers: { host: 'shop.test', ...headers },
    agent: false,
    ...(from === undefined ? {} : { localAddress: from }),
  })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) }
}

/** Signs in with `POST /login/:name`, and gives the cookie of it. */
export async function signInAs(url: string, name: string): Promise<Record<string, string>> {
  const { headers } = await visit(`${url}/login/${name}`, { method: 'POST' })
  return { cookie: headers['set-cookie']?.join('; ').split(';', 1)[0] ?? '' }
}
