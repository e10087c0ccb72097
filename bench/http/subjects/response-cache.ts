import { createServer } from 'node:http'
import express from 'express'
import type { Adapter } from '../adapter.ts'
import { PATH, answerForCaches } from '../route.ts'
import { NOT_BUILT, responseCache, roomyCache } from './built.ts'

export const adapter: Adapter = () => {
  if (responseCache === undefined) return NOT_BUILT
  const app = express().use(responseCache({ cache: roomyCache() }))
  return createServer(app.get(PATH, answerForCaches))
}
