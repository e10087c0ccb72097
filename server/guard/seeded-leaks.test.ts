import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import {
  decideStore,
  fromNodeHeaders,
  parseVary,
  readTargetedDirectives,
  variantKey,
} from '../../policy/index.ts'
import { fieldLeaks } from '../../test/guard/leaks/fields.ts'
import { freshnessLeaks } from '../../test/guard/leaks/freshness.ts'
import type { Leak, Visitor } from '../../test/guard/leaks/leak.ts'
import { negotiationLeaks } from '../../test/guard/leaks/negotiation.ts'
import { peopleLeaks } from '../../test/guard/leaks/people.ts'
import { shapeLeaks } from '../../test/guard/leaks/shapes.ts'
import { type Answer, signInAs, visit } from '../../test/guard/visit.ts'
import { serve } from '../../test/support/serve.ts'
import type { Finding } from './finding.ts'
import { unkeyedInputGuard } from './unkeyed-input-guard.ts'

const leaks = [...fieldLeaks, ...negotiationLeaks, ...peopleLeaks, ...shapeLeaks, ...freshnessLeaks]
const marks = readMarks(join(import.meta.dirname, '../../test/guard/leaks'))

let close = async (): Promise<void> => {}
afterEach(() => close())

describe.each(leaks.map((leak) => [`${leak.id} ${leak.path ?? ''}`, leak] as const))('%s', (_, leak) => {
  it('is found, at the line that reads it, and nothing else is', async () => {
    const { first, second, findings } = await run(leak, 'report')
    // The leak is a real one: a shared cache would answer the second visitor with what the first one got.
    expect(describeAnswer(second)).not.toEqual(describeAnswer(first))
    expect(isAnswerFor(leak.visitors[1], first, leak.visitors[0])).toBe(true)
    expect(findings.map(({ input }) => input)).toEqual([leak.input])
    const [finding] = findings
    expect(finding?.package).toBe(leak.package)
    expect(finding?.at).toMatch(marks.get(leak.id) ?? /node_modules\/i18n\/i18n\.js:\d+:\d+$/)
    expect(finding?.rule).toBe('unkeyed-input')
  })

  it("is shared with nobody else under vary: 'auto'", async () => {
    const { first, second, findings } = await run(leak, 'auto')
    expect(describeAnswer(second)).not.toEqual(describeAnswer(first))
    expect(isAnswerFor(leak.visitors[1], first, leak.visitors[0])).toBe(false)
    const isSaidByVary = /^(header|cookie):(?!\*)|^cookie|^req\.(host|subdomains|protocol|secure)/.test(
      leak.input,
    )
    expect(findings.map(({ input }) => input)).toEqual(isSaidByVary ? [] : [leak.input])
  })
})

it('is enough of them', () => {
  expect(new Set(leaks.map(({ id, path }) => `${id} ${path}`)).size).toBeGreaterThanOrEqual(44)
})

async function run(leak: Leak, vary: 'report' | 'auto') {
  const findings: Finding[] = []
  const app = express()
  app.use(unkeyedInputGuard({ vary, onFinding: (finding) => findings.push(finding) }))
  leak.install(app)
  const site = await serve(app)
  close = site.close
  const url = `${site.url}${leak.path ?? '/'}`
  const see = async ({ name, headers, from }: Visitor): Promise<Answer> => {
    const cookie = name === undefined ? {} : await signInAs(site.url, name)
    return visit(url, { method: leak.method ?? 'GET', headers: { ...headers, ...cookie }, from })
  }
  return { first: await see(leak.visitors[0]), second: await see(leak.visitors[1]), findings }
}

/** Whether a shared cache that follows one of the fields may give the second visitor what the first one got. */
function isAnswerFor(visitor: Visitor, { status, headers }: Answer, before: Visitor): boolean {
  const asked = fromNodeHeaders(fieldsOf(before))
  const mayKeep = [[], ['cdn-cache-control'], ['cloudflare-cdn-cache-control'], ['surrogate-control']].some(
    (targets) => {
      const directives = readTargetedDirectives(fromNodeHeaders(headers), targets)
      const question = {
        method: 'GET',
        requestHeaders: asked,
        status,
        cacheType: 'shared',
        directives,
      } as const
      const { store } = decideStore({ ...question, headers: fromNodeHeaders(headers), profile: 'rfc9111' })
      return store && directives.values.noCache === undefined
    },
  )
  const vary = parseVary(headers.vary)
  if (!mayKeep || vary === '*') return false
  return variantKey(vary, fromNodeHeaders(fieldsOf(visitor))) === variantKey(vary, asked)
}

function fieldsOf({ headers = {}, name }: Visitor): Record<string, string> {
  return name === undefined ? headers : { ...headers, cookie: `sid of ${name}` }
}

function describeAnswer({ status, headers, body }: Answer): unknown {
  return [status, body, headers.location, headers['content-length']]
}

/** Where the comment `leak: <id>` stands, as a pattern of `file:line:column`. */
function readMarks(folder: string): Map<string, RegExp> {
  const found = new Map<string, RegExp>()
  for (const name of readdirSync(folder)) {
    const file = relative(process.cwd(), join(folder, name))
    for (const [index, line] of readFileSync(join(folder, name), 'utf8').split('\n').entries()) {
      const id = /\/\/ leak: (\S+)$/.exec(line)?.[1]
      if (id !== undefined) found.set(id, new RegExp(`^${file}:${index + 1}:\\d+$`))
    }
  }
  return found
}
