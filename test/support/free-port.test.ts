import { expect, it } from 'vitest'
import { freePort } from './free-port.ts'

it('gives each who asks a port of its own, though nobody listens yet', async () => {
  const ports: number[] = []
  for (let i = 0; i < 300; i += 1) ports.push(await freePort())
  expect(new Set(ports).size).toBe(ports.length)
})
