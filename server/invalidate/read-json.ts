import type { IncomingMessage } from 'node:http'

/** Why a body was not read. */
export interface UnreadBody {
  readonly status: 400 | 413 | 415
  readonly detail: string
}

/** A request's body as JSON: as a parser in front has read it, else read here, and no further than `maxBytes`. */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly value: unknown } | UnreadBody> {
  // Asked for, since a form of another site's page can send any text, but not under this type.
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/(?:[\w.+-]+\+)?json *(?:;|$)/i.test(type)) {
    return { status: 415, detail: 'Send `Content-Type: application/json`.' }
  }
  const { body: parsed } = request as { readonly body?: unknown }
  if (parsed !== undefined && request.readableEnded) return { value: parsed }
  const coding = request.headers['content-encoding'] ?? 'identity'
  if (coding !== 'identity')
    return { status: 415, detail: 'Send the body as it is, without `Content-Encoding`.' }
  const tooLong: UnreadBody = {
    status: 413,
    detail: `The body takes more than ${maxBytes} bytes. Send several.`,
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLong
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length
      if (bytes > maxBytes) return tooLong
      chunks.push(chunk as Buffer)
    }
    return { value: JSON.parse(Buffer.concat(chunks).toString()) as unknown }
  } catch {
    return { status: 400, detail: 'The body is no JSON.' }
  }
}
