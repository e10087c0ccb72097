import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import express, { type Request, type Response } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serve } from '../../test/support/serve.ts'
import { giveCommonShape } from './common-shape.ts'

// V8's own word on two objects: nothing else tells their hidden classes apart.
let areAlike: (one: object, other: object) => boolean
beforeAll(() => {
  setFlagsFromString('--allow-natives-syntax')
  areAlike = runInThisContext('(one, other) => %HaveSameMap(one, other)') as typeof areAlike
})
afterAll(() => setFlagsFromString('--no-allow-natives-syntax'))

/** Two requests as a middleware of Express is given them, both still unanswered. */
async function twoExchanges(look: (pair: readonly (readonly [Request, Response])[]) => void): Promise<void> {
  const held: [Request, Response][] = []
  const failures: unknown[] = []
  const app = express().use((request, response) => {
    held.push([request, response])
    if (held.length < 2) return
    try {
      look(held)
    } catch (error) {
      failures.push(error)
    }
    for (const [, waiting] of held) waiting.end('done')
  })
  const { url, close } = await serve(app)
  try {
    const bodies = await Promise.all([fetch(url), fetch(url)].map(async (answer) => (await answer).text()))
    expect(bodies).toEqual(['done', 'done'])
    expect(failures).toEqual([])
  } finally {
    await close()
  }
}

describe('requests and responses that Express has prepared', () => {
  it('have one hidden class in common, and keep it when a property is added', async () => {
    await twoExchanges((held) => {
      // Kind by kind: in one process of 64 they come to lie in the same place of V8's table of shapes, and drive each other out.
      for (const [request] of held) giveCommonShape(request, 'method')
      for (const [, response] of held) giveCommonShape(response, 'sendDate')
      for (const [request, response] of held) {
        response.statusCode = 200
        Object.assign(request, { user: 'ada' })
      }
      const [[request, response] = [], [otherRequest, otherResponse] = []] = held
      expect(areAlike(request as Request, otherRequest as Request)).toBe(true)
      expect(areAlike(response as Response, otherResponse as Response)).toBe(true)
    })
  })

  it('have all of their properties as they were', async () => {
    await twoExchanges((held) => {
      for (const [message, name] of held.flatMap(([request, response]) => [
        [request, 'method'] as const,
        [response, 'sendDate'] as const,
      ])) {
        const before = Object.getOwnPropertyDescriptors(message)
        giveCommonShape(message, name)
        giveCommonShape(message, name)
        expect(Object.getOwnPropertyDescriptors(message)).toEqual(before)
      }
    })
  })
})

describe('an object that somebody else has changed', () => {
  const changed = (change: (response: object) => void): object => {
    const response = { first: 1, sendDate: true, last: 2 }
    change(response)
    return response
  }

  it.each([
    ['watches the property', (response: object) => defineView(response, true)],
    ['lets nobody change the property', (response: object) => defineView(response, false)],
    ['is not extensible', (response: object) => void Object.preventExtensions(response)],
    ['is frozen', (response: object) => void Object.freeze(response)],
    ['does not have it', (response: object) => void Reflect.deleteProperty(response, 'sendDate')],
  ])('stays as it is where it %s', (_, change) => {
    const response = changed(change)
    const before = Object.getOwnPropertyDescriptors(response)
    giveCommonShape(response, 'sendDate')
    expect(Object.getOwnPropertyDescriptors(response)).toEqual(before)
  })
})

function defineView(response: object, configurable: boolean): void {
  Object.defineProperty(response, 'sendDate', { configurable, enumerable: false, get: () => true })
}
