import { createServer } from 'node:http'
import express from 'express'
import type { Adapter } from '../adapter.ts'
import { PATH, load } from '../route.ts'

/** The least that a stored body can take: a `Map` from URL to bytes. */
export const adapter: Adapter = () => {
  const bodies = new Map<string, Buffer>()
  const app = express().get(PATH, (request, response) => {
    const body = bodies.get(request.url) ?? Buffer.from(JSON.stringify(load(request.params.id)))
    bodies.set(request.url, body)
    response.type('json').end(body)
  })
  return createServer(app)
}
