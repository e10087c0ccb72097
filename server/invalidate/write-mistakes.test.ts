import type { Express } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, quietApp } from '../../test/support/cached-app.ts'
import { serve } from '../../test/support/serve.ts'
import { createTieredCache } from '../cache/tiered-cache.ts'
import { type WriteInvalidation, createWriteInvalidation } from './write-invalidation.ts'

const warnings: string[] = []
const cleanup: (() => unknown)[] = []
afterEach(async () => {
  warnings.length = 0
  for (const step of cleanup.splice(0).toReversed()) await step()
})

async function served(build: (app: Express, writes: WriteInvalidation) => void): Promise<string> {
  const onWarning = (message: string): void => void warnings.push(message)
  const app = quietApp()
  build(app, createWriteInvalidation({ cache: createTieredCache(), onWarning }))
  const { url, close } = await serve(app)
  cleanup.push(close)
  return url
}

describe('a mistake', () => {
  it.each([
    [{}, '`cache` is undefined'],
    [{ cache: {} }, '`cache` is'],
    [{ cache: createTieredCache(), partition: 'id' }, '`partition` is "id"'],
    [{ cache: createTieredCache(), caches: 1 }, 'no option `caches`'],
  ])('in the options is told at once', (options, message) => {
    expect(() => createWriteInvalidation(options as never)).toThrow(message)
  })

  it.each([
    [[{ groups: ['g'] }], '`what` is'],
    [[() => ({}), { wait: 'all' }], '`wait` is "all"'],
    [[() => ({}), { timeout: 'soon' }], 'timeout'],
    [[() => ({}), { waits: 1 }], 'no option `waits`'],
  ])('in what a route is given is told at once', async (given, message) => {
    const writes = createWriteInvalidation({ cache: createTieredCache() })
    const [what, options] = given as [never, never]
    expect(() => writes.invalidates(what, options)).toThrow(message)
  })

  it.each([
    [
      'a function that throws',
      () => {
        throw new Error('oops')
      },
    ],
    ['a misspelt name', () => ({ group: ['g'] })],
    ['no object', () => 'g'],
    ['a mode that is none', () => ({ groups: ['g'], mode: 'soft' })],
  ])('in what a route names, such as %s, is met before the write', async (_, what) => {
    let writesDone = 0
    const url = await served((app, writes) => {
      app.put('/a', writes.invalidates(what as never), (_request, response) => {
        writesDone += 1
        response.end()
      })
    })
    expect([(await ask(url, 'PUT', '/a')).status, writesDone]).toEqual([500, 0])
  })

  it('in what a handler names costs no answer', async () => {
    const url = await served((app, writes) => {
      app.put('/a', (_, response) => {
        writes.invalidate(response, { group: ['g'] } as never)
        writes.invalidate(response, { groups: 'g' } as never)
        response.send('done')
      })
    })
    expect((await ask(url, 'PUT', '/a')).body).toBe('done')
    expect(warnings).toEqual([expect.stringContaining('`group`'), expect.stringContaining('`groups`')])
  })
})
