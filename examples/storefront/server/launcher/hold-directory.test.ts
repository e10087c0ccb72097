import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { holdDirectory } from './hold-directory.ts'

it('lets one at a time hold a directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'thermocline-hold-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const release = await holdDirectory(directory)
  expect(release).toBeTypeOf('function')
  expect(await holdDirectory(directory)).toBeUndefined()
  await release?.()
  const again = await holdDirectory(directory)
  expect(again).toBeTypeOf('function')
  await again?.()
})
