import type { IncomingHttpHeaders } from 'node:http'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { middlewareStacks } from '../../test/guard/middleware-stacks.ts'
import { type Stack, ordinaryStacks } from '../../test/guard/ordinary-stacks.ts'
import { policyStacks } from '../../test/guard/policy-stacks.ts'
import { signInAs, visit } from '../../test/guard/visit.ts'
import { serve } from '../../test/support/serve.ts'
import type { Finding } from './finding.ts'
import { unkeyedInputGuard } from './unkeyed-input-guard.ts'

const stacks = [...ordinaryStacks, ...middlewareStacks, ...policyStacks]

/** Three visitors, and one who has the answer already. */
const VISITORS: readonly Record<string, string>[] = [
  {},
  {
    'accept-language': 'de',
    'accept-encoding': 'gzip',
    accept: 'application/json',
    cookie: 'theme=dark; sid=1',
    origin: 'http://a.example',
    'user-agent': 'phone',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-host': 'shop.example',
    'x-request-id': '7',
    'content-type': 'application/json',
  },
  { authorization: 'Bearer ada', 'x-vip': '1', 'if-modified-since': new Date(0).toUTCString() },
  { range: 'bytes=0-3', 'if-none-match': '"1"' },
]

/** Differ from one second to the next. */
const CHANGING = new Set(['date', 'ratelimit', 'x-ratelimit-reset'])

let close = async (): Promise<void> => {}
afterEach(() => close())

describe.each(stacks.map((stack) => [stack.name, stack] as const))('%s', (_, stack) => {
  it.each(['report', 'auto'] as const)(
    "has no findings and answers as it does without a guard, vary: '%s'",
    async (vary) => {
      const findings: Finding[] = []
      const guarded = await ask(stack, { vary, findings })
      expect(findings).toEqual([])
      expect(guarded).toEqual(await ask(stack, { findings }))
    },
  )
})

it('is enough of them', () => {
  expect(new Set(stacks.map(({ name }) => name)).size).toBeGreaterThanOrEqual(24)
})

async function ask(stack: Stack, { vary, findings }: { vary?: 'report' | 'auto'; findings: Finding[] }) {
  const { method = 'GET', paths = ['/'], ignore = [], keyed = [] } = stack
  const app = express()
  const onFinding = (finding: Finding): unknown => findings.push(finding)
  if (vary !== undefined) app.use(unkeyedInputGuard({ vary, onFinding, ignore, keyed }))
  else app.use(unkeyedInputGuard({ enabled: false }))
  stack.install(app, () => {})
  const site = await serve(app)
  close = site.close
  const answers = []
  const visitors = [...VISITORS, ...(stack.signsIn === true ? [await signInAs(site.url, 'ada')] : [])]
  for (const path of paths) {
    for (const headers of visitors) {
      const answer = await visit(site.url + path, {
        method,
        headers,
        ...(method === 'POST' ? { body: '{}' } : {}),
      })
      answers.push({ ...answer, headers: lasting(answer.headers) })
    }
  }
  await site.close()
  close = async () => {}
  return answers
}

function lasting(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CHANGING.has(name)))
}
