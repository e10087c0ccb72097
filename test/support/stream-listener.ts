import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { waitUntil } from './wait-until.ts'

/** One event as a browser reads it. */
export interface HeardEvent {
  readonly type: string
  readonly id: string
  readonly data: Record<string, unknown>
}

/** A browser that listens to a stream. */
export class Listener {
  readonly events: HeardEvent[] = []
  response: IncomingMessage | undefined
  text = ''
  isEnded = false

  /** Connects; with a cursor as a browser that was cut off. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<Listener> {
    const listener = new Listener()
    const asked = request(url, { headers: { accept: 'text/event-stream', ...headers } })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    listener.response = response
    response.setEncoding('utf8')
    response.on('data', (text: string) => listener.#take(text))
    const end = () => {
      listener.isEnded = true
    }
    response.on('close', end)
    response.on('error', end)
    return listener
  }

  get status(): number | undefined {
    return this.response?.statusCode
  }

  /** The latest place in the log. */
  get cursor(): string {
    return this.events.at(-1)?.id ?? ''
  }

  /** What it was told to let go of. */
  get groups(): string[] {
    return this.events.flatMap(({ data }) => (data['groups'] as string[] | undefined) ?? [])
  }

  async until(type: string, count = 1): Promise<HeardEvent> {
    const heard = () => this.events.filter((event) => event.type === type)
    await waitUntil(() => heard().length >= count, `${count} of ${type}`)
    const event = heard()[count - 1]
    if (event === undefined) throw new Error(`There were fewer than ${count} of ${type}.`)
    return event
  }

  close(): void {
    this.response?.destroy()
  }

  #take(text: string): void {
    this.text += text
    const parts = this.text.split('\n\n')
    this.text = parts.pop() ?? ''
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line) => [line.split(':', 1)[0], line.replace(/^\w*: ?/, '')]),
      )
      const data = fields.get('data')
      if (data === undefined) continue
      this.events.push({
        type: fields.get('event') ?? 'message',
        id: fields.get('id') ?? '',
        data: JSON.parse(data) as Record<string, unknown>,
      })
    }
  }
}
