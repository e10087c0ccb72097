/** An answer, read whole. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Tests look into whatever the server says; a wrong guess at its shape fails them.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

/** A browser's part of the conversation: keeps the cookie and the CSRF token. */
export class TestClient {
  cookie = ''
  csrf = ''
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(new URL(path, this.#base), {
      method,
      headers: {
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(method === 'GET' ? {} : { 'x-csrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.cookie = cookie.slice(0, cookie.indexOf(';'))
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
    if (isJson && typeof answer.body.csrf === 'string') this.csrf = answer.body.csrf
    return answer
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path)
  }

  async signIn(name: string): Promise<Answer> {
    await this.get('/api/session')
    return this.send('POST', '/api/login', { email: `${name}@example.com`, password: name })
  }
}
