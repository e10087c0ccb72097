import { expect, it } from 'vitest'
import { RequestLog } from './request-log.ts'

function entry(path: string) {
  return {
    name: path.startsWith('/') ? `https://shop.example${path}` : path,
    entryType: 'resource',
    initiatorType: 'fetch',
    startTime: 0,
    responseEnd: 1,
    duration: 1,
    transferSize: 400,
    encodedBodySize: 100,
    decodedBodySize: 100,
  }
}

it('keeps the latest requests of the page’s own origin', () => {
  const log = new RequestLog('https://shop.example', 3)
  log.add([entry('/1'), entry('https://cdn.example/x.js'), entry('/2')])
  log.add([entry('/3'), entry('/4')])
  expect(log.rows.map(({ path }) => path)).toEqual(['/2', '/3', '/4'])
})

it('lists the document once, when it has loaded', () => {
  const log = new RequestLog('https://shop.example', 3)
  const document = { ...entry('/'), entryType: 'navigation', duration: 0 }
  log.add([document, entry('/1')])
  log.add([
    { ...document, duration: 90 },
    { ...document, duration: 90 },
  ])
  log.add([{ ...document, duration: 90 }])
  expect(log.rows.map(({ path }) => path)).toEqual(['/1', '/'])
})

it('starts anew after clearing, and gives no id twice', () => {
  const log = new RequestLog('https://shop.example', 3)
  log.add([entry('/1')])
  const before = log.rows
  log.clear()
  log.add([entry('/2')])
  expect(log.rows.map(({ path }) => path)).toEqual(['/2'])
  expect(log.rows[0]?.id).not.toBe(before[0]?.id)
})
