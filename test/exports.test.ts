import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

// A change here is a change of the public surface: it belongs into CHANGELOG.md.
it.each(['policy', 'server', 'server/edges', 'server/postgres', 'server/testing', 'sw', 'client', 'vite'])(
  'thermocline/%s exports these names',
  async (part) => {
    // `thermocline/sw` needs the names of a worker's scope to be imported at all.
    const source = await readFile(new URL(`../dist/${part}/index.d.ts`, import.meta.url), 'utf8')
    const names = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)]
      .flatMap((match) => (match[1] ?? '').split(','))
      .map((name) => name.trim())
      .filter(Boolean)
    expect(names.toSorted()).toMatchSnapshot()
  },
)

it.each(['policy', 'server', 'server/edges', 'server/postgres', 'server/testing', 'client', 'vite'])(
  'thermocline/%s is imported by Node without side effects',
  async (part) => {
    const module = (await import(`thermocline/${part}`)) as Record<string, unknown>
    expect(Object.keys(module).length).toBeGreaterThan(0)
  },
)

it('the drop-in worker is one script without imports or Node in it', async () => {
  const script = await readFile(new URL('../dist/sw.js', import.meta.url), 'utf8')
  expect(script).not.toMatch(/\bprocess\.env\b/)
  expect(script).not.toMatch(/^\s*(?:import|export)\b/m)
  expect(script).not.toContain('sourceMappingURL')
})

it.each([
  ['client', ['followInvalidations', 'register']],
  ['panel', ['definePanel']],
])('%s.js, for pages that no bundler makes, is one module that imports nothing', async (name, exported) => {
  const path = new URL(`../dist/${name}.js`, import.meta.url).href
  const script = await readFile(new URL(path), 'utf8')
  expect(script).not.toMatch(/\bimport\b/)
  expect(script).not.toContain('sourceMappingURL')
  const module = (await import(path)) as Record<string, unknown>
  expect(Object.keys(module).toSorted()).toEqual(exported)
})
