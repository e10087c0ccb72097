import { createServer } from 'node:http'
import express from 'express'
import type { Adapter } from '../adapter.ts'
import { readyAnswer } from './ready-answer.ts'

/** The ceiling for a middleware of Express. */
export const adapter: Adapter = () => {
  const { headers, body } = readyAnswer()
  return createServer(
    express().use((_, response) => {
      response.writeHead(200, headers)
      response.end(body)
    }),
  )
}
