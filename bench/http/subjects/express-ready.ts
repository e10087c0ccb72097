import { createServer } from 'node:http'
import express from 'express'
import type { Adapter } from '../adapter.ts'
import { readyAnswer } from './ready-answer.ts'

/** What a middleware of Express comes to that has nothing to decide, and takes requests and responses as Express leaves them. */
export const adapter: Adapter = () => {
  const { headers, body } = readyAnswer()
  return createServer(
    express().use((_, response) => {
      response.writeHead(200, headers)
      response.end(body)
    }),
  )
}
