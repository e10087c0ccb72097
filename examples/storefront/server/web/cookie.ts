import type { Request, Response } from 'express'

const NAME = 'sid'
/** 32 random bytes in base64url. */
const SESSION_ID = /^[\w-]{43}$/

/** The session id that the browser sent, if it looks like one. */
export function readSessionCookie(request: Request): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = pair.split('=', 2)
    if (name.trim() === NAME && SESSION_ID.test(value.trim())) return value.trim()
  }
  return undefined
}

/** Hands the browser a session id that scripts cannot read and other sites cannot send along with a POST. */
export function writeSessionCookie(request: Request, response: Response, id: string, expiresAt: Date): void {
  response.cookie(NAME, id, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    expires: expiresAt,
    secure: request.secure,
  })
}
