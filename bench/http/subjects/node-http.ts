import { createServer } from 'node:http'
import type { Adapter } from '../adapter.ts'
import { readyAnswer } from './ready-answer.ts'

/** The ceiling: what Node can do when nothing is left to decide. */
export const adapter: Adapter = () => {
  const { headers, body } = readyAnswer()
  return createServer((_, response) => {
    response.writeHead(200, headers)
    response.end(body)
  })
}
