// Every process of a fleet reads what the others wrote, of this version or the one before. A new form gets a new case, and its
// file with `THERMOCLINE_GOLDEN=write npx vitest run test/golden`, which writes what is missing and leaves the others alone.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeEntry, encodeEntry } from '../../server/cache/entry-codec.ts'
import { GOLDEN_CASES } from './entry-cases.ts'

const folder = fileURLToPath(new URL('entries/', import.meta.url))
const fileOf = (name: string): string => `${folder}${name}.bin`
const maxBytes = 100_000

if (process.env['THERMOCLINE_GOLDEN'] === 'write') {
  for (const { name, entry, options } of GOLDEN_CASES) {
    if (!existsSync(fileOf(name))) writeFileSync(fileOf(name), encodeEntry(entry, options))
  }
}

describe('entries that earlier processes left in L2', () => {
  it.each(GOLDEN_CASES)('are read: $name', ({ name, entry, options: { codec } }) => {
    expect(decodeEntry(readFileSync(fileOf(name)), { codec, maxBytes })).toEqual(entry)
  })

  it.each(GOLDEN_CASES.filter(({ isWritten }) => isWritten))(
    'are what this version writes, byte for byte: $name',
    ({ name, entry, options }) => {
      expect(Buffer.from(encodeEntry(entry, options))).toEqual(readFileSync(fileOf(name)))
    },
  )

  it('have each a case', () => {
    const files = readdirSync(folder).toSorted()
    expect(files).toEqual(GOLDEN_CASES.map(({ name }) => `${name}.bin`).toSorted())
  })
})
