import { createServer } from 'node:http'
import express, { type RequestHandler } from 'express'
import type { Adapter } from '../adapter.ts'
import { PATH, answer } from '../route.ts'

/** As many middlewares as header policies are, that do nothing, and leave requests and responses as Express does. */
export const adapter: Adapter = () => {
  const pass: RequestHandler<{ id: string }> = (_request, _response, next) => next()
  return createServer(
    express()
      .use(pass as RequestHandler)
      .get(PATH, pass, answer),
  )
}
