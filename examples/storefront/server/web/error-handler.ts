import type { ErrorRequestHandler, RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

/** Answers for paths under /api/ that no route has taken. */
export const apiNotFound: RequestHandler = (request) => {
  throw new HttpError(
    404,
    'not-found',
    `There is nothing at ${request.method} ${request.originalUrl.slice(0, 200)}.`,
  )
}

/** Turns whatever a handler threw into JSON. */
export const errorHandler: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error)
    return
  }
  const answer = toHttpError(error)
  if (answer.status >= 500) console.error(error)
  response
    .status(answer.status)
    .set({ 'Cache-Control': 'no-store', ...answer.headers })
    .json({ error: answer.code, message: answer.message, ...answer.details })
}

function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error
  const { type, status } = (typeof error === 'object' && error !== null ? error : {}) as {
    type?: unknown
    status?: unknown
  }
  // What express.json() throws.
  if (type === 'entity.parse.failed') return new HttpError(400, 'bad-json', 'The body is not JSON.')
  if (type === 'entity.too.large') return new HttpError(413, 'too-large', 'The body is larger than 32 KiB.')
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HttpError(status, 'bad-request', 'The request could not be read.')
  }
  return new HttpError(500, 'internal', 'Something went wrong in the shop. Try again in a moment.')
}
