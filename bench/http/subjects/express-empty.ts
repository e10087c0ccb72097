import { createServer } from 'node:http'
import express, { type RequestHandler } from 'express'
import type { Adapter } from '../adapter.ts'
import { PATH, answer } from '../route.ts'

/** The least that header policies can cost: as many middlewares as they are, that do nothing. */
export const adapter: Adapter = () => {
  const pass: RequestHandler<{ id: string }> = (_request, _response, next) => next()
  return createServer(
    express()
      .use(pass as RequestHandler)
      .get(PATH, pass, answer),
  )
}
