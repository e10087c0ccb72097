// npm run bench -- NAME
const [name] = process.argv.slice(2)
const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  cache: () => import('./cache/main.ts'),
  codec: () => import('./codec/main.ts'),
  eviction: () => import('./eviction/main.ts'),
  fleet: () => import('./fleet/main.ts'),
  http: () => import('./http/main.ts'),
  memory: () => import('./memory/main.ts'),
  outage: () => import('./outage/main.ts'),
  streams: () => import('./streams/main.ts'),
  sw: () => import('./sw/main.ts'),
}
const bench = benches[name ?? '']
if (bench === undefined) {
  console.error(
    `There is no bench ${JSON.stringify(name ?? '')}. Run: npm run bench -- ${Object.keys(benches).join(' | ')}`,
  )
  process.exitCode = 1
} else await bench()
