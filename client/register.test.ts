import { expect, it } from 'vitest'
import { register } from './register.ts'

it('resolves without a worker outside a browser', async () => {
  const worker = await register()
  expect(worker.supported).toBe(false)
  expect(worker.reason).toBe('missing')
  expect(worker.controlled).toBe(false)
  await worker.setPartition('u1')
  await worker.clear()
  worker.close()
})

it('refuses a wrong option there too', async () => {
  await expect(register({ updateCheck: 5 })).rejects.toMatchObject({ code: 'option-invalid' })
})
