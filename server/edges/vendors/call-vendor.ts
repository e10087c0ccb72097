import { EdgeFailure } from '../edge-purger.ts'

/** One request to a vendor's API. Each of them is a POST. */
export interface VendorCall {
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

export interface VendorAnswer {
  readonly status: number
  readonly fields: Headers
  /** The beginning of the body. */
  readonly text: string
}

/** Longer than any answer of such an API. */
const MOST_BYTES = 65_536

/**
 * Asks a vendor. A redirect is an answer like any other: followed, it would carry the credentials to where somebody else says.
 * Throws the signal's reason where that ends it, and an `EdgeFailure` where the vendor can't be reached.
 */
export async function callVendor(
  edge: string,
  { url, fields, body }: VendorCall,
  signal: AbortSignal,
): Promise<VendorAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: fields,
      body: body ?? null,
      redirect: 'manual',
      signal,
    })
    return { status: response.status, fields: response.headers, text: await beginningOf(response) }
  } catch (error) {
    signal.throwIfAborted()
    // Its text is left out: one about a field would quote the field's value.
    throw new EdgeFailure(`${edge} could not be reached (${codeOf(error)}). It can be asked again.`)
  }
}

/** To its end, so that the connection can serve again; from one without end it is taken away. */
async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return ''
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  while (bytes < MOST_BYTES) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value.subarray(0, MOST_BYTES - bytes), { stream: true })
    bytes += value.byteLength
  }
  // Not waited for: whoever else looks at the answer (a tracer, a mock) may hold that up for ever.
  reader.cancel().catch(() => {})
  return text
}

function codeOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } }
  const code = cause?.code
  return typeof code === 'string' && /^\w{1,40}$/.test(code) ? code : 'no connection'
}
