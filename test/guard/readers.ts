import type { Request, RequestHandler } from 'express'
import type { TieredCache } from '../../server/cache/tiered-cache.ts'

// Reads of an application. They stand here because a read in the guard's own folder is nobody's.

export function readLanguage({ headers }: Request): string {
  return headers['accept-language'] ?? 'en'
}

export function readAddress({ ip }: Request): string {
  return ip ?? 'none'
}

export function readPeer({ socket }: Request): string {
  return socket.remoteAddress ?? 'none'
}

export function readAll({ headers }: Request): object {
  return { ...headers }
}

export async function readLanguageInLoader(request: Request, cache: TieredCache): Promise<string> {
  return cache.getOrSet('page', () => request.get('accept-language') ?? 'en')
}

/** Puts others in place of a request's headers, twice, and one of them as the guard shows it. */
export const replaceHeaders: RequestHandler = (request, _response, next) => {
  const shown = request.headers
  request.headers = Object.freeze({ ...shown, 'accept-language': 'fr' })
  const { headers } = request
  request.headers = headers
  next()
}

export function readSession({ session }: Request): unknown {
  return session
}

export function callReader(request: Request, read: (request: Request) => unknown): unknown {
  return read(request)
}
