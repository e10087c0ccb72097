import express from 'express'
import { expect, it } from 'vitest'
import { serve } from '../../test/support/serve.ts'
import { serviceWorkerOffPath, workerOff } from './worker-off.ts'

it('switches the worker off with each response, and answers for its script', async () => {
  const app = express()
  const sent: string[] = []
  app.use((_request, response, next) => {
    // The file is built.
    response.sendFile = (path: string) => {
      sent.push(path)
      response.end('off')
    }
    next()
  })
  app.use(workerOff())
  app.get('/page', (_request, response) => response.send('page'))
  app.get('/sw.js', (_request, response) => response.send('on'))
  const { close, url } = await serve(app)
  const answers = await Promise.all(['/page', '/sw.js', '/sw.js?v=2'].map((path) => fetch(url + path)))
  expect(answers.map(({ headers }) => headers.get('thermocline-worker'))).toEqual(['off', 'off', 'off'])
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['page', 'off', 'off'])
  expect(sent).toEqual([serviceWorkerOffPath, serviceWorkerOffPath])
  await close()
})
