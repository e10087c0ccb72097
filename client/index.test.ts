import { expect, it } from 'vitest'
import { definePanel, register } from './index.ts'

it('can be imported and called where pages are rendered on a server', async () => {
  definePanel()
  expect((await register()).supported).toBe(false)
})
