import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, readdir, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { copyOfEmptyDatabase } from './test-support/start-test-database.ts'

const SCRIPT = fileURLToPath(new URL('../dist/server/main.js', import.meta.url))

let dataDir: string

beforeAll(async () => {
  if (!existsSync(SCRIPT)) throw new Error('The storefront is not built. Run `npm run build` first.')
  dataDir = await copyOfEmptyDatabase()
})

afterAll(() => rm(dataDir, { recursive: true, force: true }))

class Launcher {
  readonly child: ChildProcess
  output = ''
  errors = ''

  constructor(args: readonly string[], environment: Record<string, string> = {}) {
    const { DATABASE_URL: _, REDIS_URL: __, ...inherited } = process.env
    this.child = spawn(process.execPath, [SCRIPT, '--port', '0', '--data', dataDir, ...args], {
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()))
  }

  async addresses(count: number): Promise<string[]> {
    const found = await vi.waitUntil(
      () => {
        if (this.child.exitCode !== null) throw new Error(`The launcher ended: ${this.errors}`)
        const lines = [...this.output.matchAll(/^Storefront ready at (\S+)$/gm)]
        return lines.length === count && lines
      },
      { timeout: 100_000 },
    )
    return found.map(([, address = '']) => address)
  }

  async exitCode(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit')
    return this.child.exitCode
  }

  /** The processes that this launcher started, and theirs. */
  async family(): Promise<number[]> {
    const parents = new Map<number, number>()
    for (const name of await readdir('/proc')) {
      const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : ''
      const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1]
      if (parent !== undefined) parents.set(Number(name), Number(parent))
    }
    const family = [this.child.pid ?? 0]
    for (const pid of family) {
      for (const [child, parent] of parents) if (parent === pid) family.push(child)
    }
    return family.slice(1)
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  await expect.poll(async () => (await Promise.all(pids.map(isAlive))).includes(true)).toBe(false)
}

/** One that has ended and whose end nobody has asked for yet (Z) is none. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return /^\d+ \(.*\) [^ZX]/s.test(stat)
}

const hasProc = existsSync('/proc/self/stat')

it.runIf(hasProc)('serves from every instance and leaves no process behind after Ctrl+C', async () => {
  const launcher = new Launcher(['--instances', '2'])
  const addresses = await launcher.addresses(2)
  for (const address of addresses) {
    const status = await (await fetch(`${address}api/status`)).json()
    expect(status).toMatchObject({ instances: 2, database: expect.stringContaining('PGlite') })
  }
  const family = await launcher.family()
  expect(family.length).toBeGreaterThanOrEqual(2)
  launcher.child.kill('SIGINT')
  expect(await launcher.exitCode()).toBe(0)
  await allGone(family)
  expect(launcher.errors).toBe('')
})

it.runIf(hasProc)(
  'leaves no process behind when it is killed, and starts again on the same data',
  async () => {
    const launcher = new Launcher([])
    await launcher.addresses(1)
    const family = await launcher.family()
    launcher.child.kill('SIGKILL')
    await launcher.exitCode()
    await allGone(family)

    const again = new Launcher(['--no-redis'])
    const [address] = await again.addresses(1)
    const { total } = (await (await fetch(`${address}api/products`)).json()) as { total: number }
    expect(total).toBeGreaterThanOrEqual(1_000)

    // An instance that dies takes the launcher down with a word, rather than leaving a shop that is half open.
    const [instance = 0] = await again.family()
    process.kill(instance, 'SIGKILL')
    expect(await again.exitCode()).toBe(1)
    expect(again.errors).toContain('Instance 1 ended unexpectedly with signal SIGKILL.')
  },
)

it('names the port that is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const launcher = new Launcher(['--port', String(port)])
  expect(await launcher.exitCode()).toBe(1)
  expect(launcher.errors).toBe(
    `storefront: Port ${port} on 127.0.0.1 is taken. Stop the program that listens there, or choose another port: --port 0 takes any.\n`,
  )
  expect(launcher.output).toBe('')
  server.close()
})

it('names the database that does not answer, without its password', async () => {
  const launcher = new Launcher([], { DATABASE_URL: 'postgresql://shop:s3cret@127.0.0.1:1/shop' })
  expect(await launcher.exitCode()).toBe(1)
  expect(launcher.errors).toMatch(
    /^storefront: DATABASE_URL is postgresql:\/\/shop:\*\*\*@127\.0\.0\.1:1\/shop, which cannot be used: .*ECONNREFUSED.*\. Start .*\n$/,
  )
  expect(launcher.errors).not.toContain('s3cret')
})

it('names the Redis that does not answer, without its password', async () => {
  const launcher = new Launcher([], { REDIS_URL: 'redis://:s3cret@127.0.0.1:1' })
  expect(await launcher.exitCode()).toBe(1)
  expect(launcher.errors).toMatch(
    /^storefront: REDIS_URL is redis:\/\/:\*\*\*@127\.0\.0\.1:1, .*ECONNREFUSED.*\n$/,
  )
})

it('names the argument that it does not know', async () => {
  const launcher = new Launcher(['--instances', 'many'])
  expect(await launcher.exitCode()).toBe(1)
  expect(launcher.errors).toBe('storefront: --instances is "many". Give a whole number from 1 to 16.\n')
})
