import type { Express, Response } from 'express'

/** A way in which a public answer is made of something that no cache has in its key. */
export interface Leak {
  /** Names it in the comment `leak: <id>` that stands on the line which reads the input. */
  readonly id: string
  readonly input: string
  readonly install: (app: Express) => void
  /** Two visitors who get different answers: request fields, and where that is the point, an address or a name. */
  readonly visitors: readonly [Visitor, Visitor]
  readonly path?: string
  readonly method?: 'GET' | 'HEAD'
  /** The package that reads it, where that is not the application. */
  readonly package?: string
}

export interface Visitor {
  readonly headers?: Readonly<Record<string, string>>
  /** The loopback address that the visitor comes from. */
  readonly from?: string
  /** Who signs in, with `POST /login/:name`, before the visit. */
  readonly name?: string
}

/** Two visitors with one request field between them. */
export function differBy(field: string, one = 'en', other = 'de'): Leak['visitors'] {
  return [{ headers: { [field]: one } }, { headers: { [field]: other } }]
}

/** What a page says that everybody may keep. */
export function share(response: Response): Response {
  return response.set('Cache-Control', 'public, max-age=60')
}
