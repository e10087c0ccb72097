import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from './support/free-port.ts'
import { RedisServer } from './support/redis-server.ts'
import { waitUntil } from './support/wait-until.ts'

const ROOT = join(import.meta.dirname, '..')
const WORK = join(ROOT, '.cache', 'readme-example')

let redis: RedisServer
let server: ChildProcess
let url: string

beforeAll(async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const code = /<!-- example -->\s+```ts server\n(.*?)```/s.exec(readme)?.[1] ?? ''
  await mkdir(WORK, { recursive: true })
  await writeFile(join(WORK, 'example.ts'), code)
  const config = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { types: ['node'], composite: false, declaration: false, rootDir: '.', outDir: 'out' },
    include: ['example.ts'],
  }
  await writeFile(join(WORK, 'tsconfig.json'), JSON.stringify(config))
  execFileSync('npx', ['tsc', '-p', WORK], { cwd: ROOT })
  redis = await RedisServer.start()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  server = spawn(process.execPath, [join(WORK, 'out', 'example.js')], {
    env: { ...process.env, REDIS_URL: redis.url, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  // Its first connection to Redis makes it drop what it loaded before: the test begins after that.
  let asked = 0
  await waitUntil(async () => {
    asked += 1
    const response = await fetch(`${url}/api/products/warm-up-${asked}`).catch(() => undefined)
    return response?.headers.get('cache-status')?.startsWith('L2; fwd=uri-miss; stored') === true
  }, 'the example to use Redis')
})

afterAll(async () => {
  server.kill('SIGKILL')
  await redis.kill()
})

it('the example in the README does what it says', async () => {
  const first = await fetch(`${url}/api/products/42`)
  expect(await first.json()).toEqual({ id: '42', name: 'Red Apple', priceCents: 250 })
  expect(first.headers.get('cache-control')).toBe(
    'public, max-age=60, stale-while-revalidate=60, stale-if-error=86400',
  )
  expect(first.headers.get('cdn-cache-control')).toMatch(/^max-age=300/)
  expect(first.headers.get('etag')).not.toBeNull()
  // After a pause of this machine L1 is not trusted until it has heard from the log again.
  await waitUntil(async () => {
    const { headers } = await fetch(`${url}/api/products/42`)
    return /^L1; hit; ttl=\d+$/.test(headers.get('cache-status') ?? '')
  }, 'an answer from L1')
  const worker = await fetch(`${url}/sw.js`)
  expect(worker.headers.get('content-type')).toMatch(/javascript/)
})
