import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Site, WAYS, serveCached } from '../../test/support/cached-app.ts'
import { SEED } from '../../test/support/property.ts'

/** The handler's page, as it is now. Each change makes a version that no other has. */
interface Page {
  version: number
  vary: string
  maxAge: number
  window: number
  fails: boolean
}

const VARIES = ['', 'X-Color', 'X-Size', 'X-Color, X-Size', 'Accept-Encoding']
const WORDS = ['a', 'b', undefined] as const

interface Asking {
  kind: 'get' | 'head' | 'together'
  page: number
  color: number
  size: number
  conditional: boolean
}

type Step =
  | Asking
  | { kind: 'change'; page: number; vary: number; maxAge: number; window: number; fails: boolean }
  | { kind: 'time'; seconds: number }
  | { kind: 'group' | 'write'; page: number }

const page = fc.nat(1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('get' as const, 'get' as const, 'head' as const, 'together' as const),
      page,
      color: fc.nat(2),
      size: fc.nat(2),
      conditional: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      page,
      vary: fc.nat(VARIES.length - 1),
      maxAge: fc.constantFrom(0, 5, 60),
      window: fc.constantFrom(0, 30),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('time' as const), seconds: fc.constantFrom(1, 4, 10, 70) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('group' as const, 'write' as const), page }) },
)

class Model {
  readonly pages: Page[] = [0, 1].map(() => ({
    version: 1,
    vary: 'X-Color',
    maxAge: 60,
    window: 0,
    fails: false,
  }))
  /** The oldest version that may still be answered: what was current at the last invalidation. */
  readonly oldest = [1, 1]
  #next = 1

  change(at: number, to: Omit<Page, 'version'>): void {
    this.#next += 1
    this.pages[at] = { ...to, version: this.#next }
  }

  invalidate(at: number): void {
    const current = this.pages[at]
    if (current !== undefined) this.oldest[at] = current.version
  }
}

async function serveModel(way: (typeof WAYS)[number], model: () => Model): Promise<Site> {
  return serveCached(way, (app) => {
    app.all('/:run/:page', (request, response) => {
      const at = Number(request.params.page)
      const page = model().pages[at]
      if (request.method === 'PUT' || page === undefined || page.fails) {
        response.sendStatus(request.method === 'PUT' ? 204 : 503)
        return
      }
      const { version, vary, maxAge, window } = page
      const windows = `stale-while-revalidate=${window}, stale-if-error=${window}`
      response.set('Cache-Control', `public, max-age=${maxAge}, ${windows}`)
      if (vary !== '') response.set('Vary', vary)
      response.set('Cache-Groups', `"${request.params.run}-${at}"`)
      const names = vary.split(', ').filter(Boolean)
      const seen = Object.fromEntries(names.map((name) => [name.toLowerCase(), request.get(name) ?? null]))
      // The tag is the same for as long as the version is: revalidation finds nothing new.
      response.set('ETag', `"${version}.${JSON.stringify(seen).replaceAll(/[^a-z:,]/g, '')}"`)
      response.json({ version, seen })
    })
  })
}

describe.each(WAYS)('through %s', (way) => {
  it('no answer is for another value of Vary, none older than an acknowledged invalidation, and none was never given', async () => {
    let model = new Model()
    let run = 0
    let hits = 0
    const site = await serveModel(way, () => model)

    const request = async (at: number, { kind, color, size, conditional }: Asking): Promise<void> => {
      const headers = {
        ...(WORDS[color] === undefined ? {} : { 'x-color': WORDS[color] }),
        ...(WORDS[size] === undefined ? {} : { 'x-size': WORDS[size], 'accept-encoding': WORDS[size] }),
        ...(conditional ? { 'if-none-match': '"none"' } : {}),
      }
      const answer = await site.send(kind === 'head' ? 'HEAD' : 'GET', `/${run}/${at}`, headers)
      if (answer.trace.includes('hit')) hits += 1
      const current = model.pages[at]
      if (answer.status === 503) {
        expect(current?.fails).toBe(true)
        return
      }
      expect(answer.status).toBe(200)
      if (kind === 'head') return
      const { version, seen } = JSON.parse(answer.body) as {
        version: number
        seen: Record<string, string | null>
      }
      expect(version).toBeGreaterThanOrEqual(model.oldest[at] ?? Number.NaN)
      expect(version).toBeLessThanOrEqual(current?.version ?? Number.NaN)
      for (const [name, value] of Object.entries(seen)) {
        expect([name, (headers as Record<string, string>)[name] ?? null]).toEqual([name, value])
      }
      // What went to the application is what it says now.
      if (/fwd-status=200/.test(answer.trace) && !answer.trace.includes('collapsed'))
        expect(version).toBe(current?.version)
    }

    const perform = async (action: Step): Promise<void> => {
      if (action.kind === 'time') site.clock.forward(action.seconds)
      else if (action.kind === 'change') {
        const { page, vary, ...rest } = action
        model.change(page, { ...rest, vary: VARIES[vary] ?? '' })
      } else if ('color' in action) {
        const isOne = action.kind !== 'together'
        const others = isOne ? [] : [0, 1, 2].map((color) => request(action.page, { ...action, color }))
        await Promise.all([...others, request(action.page, action)])
      } else {
        model.invalidate(action.page)
        if (action.kind === 'group') await site.cache.invalidate({ groups: [`${run}-${action.page}`] })
        else expect((await site.send('PUT', `/${run}/${action.page}`)).status).toBe(204)
      }
    }

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        model = new Model()
        run += 1
        for (const action of steps) await perform(action)
      }),
      { numRuns: 150, seed: SEED },
    )
    // Or the cache was right by doing nothing.
    expect(hits).toBeGreaterThan(200)
  }, 600_000)
})
