import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { definePolicies, privateData, publicData } from '../../policy/index.ts'
import { serve } from '../../test/support/serve.ts'
import { createHttpPolicies } from './http-policies.ts'
import { ownGroup } from './own-group.ts'

const policies = definePolicies({
  account: privateData({ browser: '1m' }),
  product: publicData({ browser: '1m' }),
})
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Whose visitors are who their cookie says. */
async function open(options: { readonly partition?: boolean } = {}) {
  const warnings: string[] = []
  const http = createHttpPolicies(policies, {
    ...(options.partition === false
      ? {}
      : { partition: ({ headers }) => headers['x-user']?.toString() ?? null }),
    onWarning: (message) => void warnings.push(message),
  })
  const app = express().use(http.middleware())
  app.get(
    '/account',
    http.route('account', () => ({ groups: ['news'], ownGroups: ['cart', 'orders'] })),
    (_, response) => void response.json({}),
  )
  app.get(
    '/product',
    http.route('product', () => ({ ownGroups: ['cart'] })),
    (_, response) => void response.json({}),
  )
  const { url, close } = await serve(app)
  closing.push(close)
  const groups = async (path: string, user?: string) => {
    const response = await fetch(url + path, { headers: user === undefined ? {} : { 'x-user': user } })
    return response.headers.get('cache-groups')
  }
  return { groups, warnings }
}

describe('groups that are a user’s own', () => {
  it('say in the response whose they are, without the name of the user', async () => {
    const { groups } = await open()
    const named = await groups('/account', 'ada@example.com')
    expect(named).toBe(
      `"news", "${ownGroup('ada@example.com', 'cart')}", "${ownGroup('ada@example.com', 'orders')}"`,
    )
    expect(named).not.toContain('ada')
    expect(await groups('/account', 'grace@example.com')).not.toBe(named)
  })

  it('are nobody’s where nobody is signed in', async () => {
    const { groups } = await open()
    expect(await groups('/account')).toBe('"news"')
  })

  it('are left out with a warning where others may keep the response, or nobody says whose they are', async () => {
    const first = await open()
    expect(await first.groups('/product', 'ada')).toBe(null)
    expect(first.warnings.join()).toMatch(/privateData/)
    const second = await open({ partition: false })
    expect(await second.groups('/account', 'ada')).toBe('"news"')
    expect(second.warnings.join()).toMatch(/partition/)
  })
})
