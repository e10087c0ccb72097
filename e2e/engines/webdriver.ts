import { waitUntil } from '../../test/support/wait-until.ts'

/** One session of a driver that speaks W3C WebDriver. Its commands run one after another. */
export class WebDriver {
  readonly #session: string
  /** The window that was there first and stays: commands need one that is open. */
  readonly #home: string
  readonly capabilities: Readonly<Record<string, unknown>>
  #window: string | undefined
  #last: Promise<unknown> = Promise.resolve()

  private constructor(session: string, home: string, capabilities: Readonly<Record<string, unknown>>) {
    this.#session = session
    this.#home = home
    this.capabilities = capabilities
  }

  /** Waits for the driver to listen and begins a session. */
  static async begin(url: string, capabilities: object): Promise<WebDriver> {
    const isListening = () =>
      send('GET', `${url}/status`).then(
        () => true,
        () => false,
      )
    await waitUntil(isListening, 'the WebDriver to listen')
    const begun = await send('POST', `${url}/session`, { capabilities: { alwaysMatch: capabilities } })
    const { sessionId, capabilities: granted } = begun as {
      sessionId: string
      capabilities: Record<string, unknown>
    }
    const session = `${url}/session/${sessionId}`
    return new WebDriver(session, (await send('GET', `${session}/window`)) as string, granted)
  }

  /** Opens a window and returns its handle. */
  async newWindow(): Promise<string> {
    const opened = await this.#in(this.#home, () => this.#send('POST', '/window/new', { type: 'window' }))
    return (opened as { handle: string }).handle
  }

  async navigate(window: string, url: string): Promise<void> {
    await this.#in(window, () => this.#send('POST', '/url', { url }))
  }

  /** Runs the body of a function in a window and returns at once what that returns. */
  async run(window: string, script: string, args: readonly unknown[]): Promise<unknown> {
    return await this.#in(window, () => this.#send('POST', '/execute/sync', { script, args }))
  }

  async closeWindow(window: string): Promise<void> {
    await this.#in(window, () => this.#send('DELETE', '/window'))
    this.#window = undefined
  }

  async end(): Promise<void> {
    await this.#next(() => this.#send('DELETE', ''))
  }

  /** A command concerns the window chosen before it, so nothing may come between the two. */
  async #in(window: string, command: () => Promise<unknown>): Promise<unknown> {
    return await this.#next(async () => {
      if (this.#window !== window) await this.#send('POST', '/window', { handle: window })
      this.#window = window
      return await command()
    })
  }

  async #next(command: () => Promise<unknown>): Promise<unknown> {
    const done = this.#last.then(command)
    this.#last = done.catch(() => {})
    return await done
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    return await send(method, this.#session + path, body)
  }
}

async function send(method: string, url: string, body?: object): Promise<unknown> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(url, { method, headers: { 'Content-Type': 'application/json' }, ...json })
  const { value } = (await response.json()) as { value: unknown }
  if (response.ok) return value
  const { error, message } = value as { error: string; message: string }
  throw new Error(`${error}: ${message}`)
}
