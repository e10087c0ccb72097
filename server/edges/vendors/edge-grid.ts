import { createHash, createHmac } from 'node:crypto'

/** What Akamai gives an API client: three of the four lines of its .edgerc. */
export interface EdgeGridCredentials {
  readonly clientToken: string
  readonly clientSecret: string
  readonly accessToken: string
}

/** A POST whose body is no longer than Akamai hashes (131,072 bytes). */
export interface EdgeGridRequest {
  readonly host: string
  /** With its query. */
  readonly path: string
  readonly body: string
}

/**
 * The field `Authorization` of Akamai's EdgeGrid, version EG1-HMAC-SHA256. `nonce` is another one in each request; `now` is in ms since
 * the epoch, and Akamai refuses what is more than 30 s off.
 *
 * Written after techdocs.akamai.com, "Authenticate with EdgeGrid": the vendor's own package brings a whole HTTP client and a logger.
 */
export function edgeGridAuthorization(
  { host, path, body }: EdgeGridRequest,
  { clientToken, clientSecret, accessToken }: EdgeGridCredentials,
  { now, nonce }: { readonly now: number; readonly nonce: string },
): string {
  const timestamp = new Date(now).toISOString().replace(/^(\d+)-(\d+)-(\d+)(T[\d:]+).*$/, '$1$2$3$4+0000')
  const said = `EG1-HMAC-SHA256 client_token=${clientToken};access_token=${accessToken};timestamp=${timestamp};nonce=${nonce};`
  const contentHash = body === '' ? '' : createHash('sha256').update(body).digest('base64')
  // The empty member is for signed fields: this API has none.
  const signed = ['POST', 'https', host.toLowerCase(), path, '', contentHash, said].join('\t')
  return `${said}signature=${hmac(hmac(clientSecret, timestamp), signed)}`
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64')
}
