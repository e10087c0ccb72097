import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
/** Where Debian keeps the server's programs, which are not on the PATH. */
const DEBIAN = '/usr/lib/postgresql'
const START_MS = 60_000

/** The folder of `initdb` and `postgres`, or `undefined` where no server is installed. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN).catch(() => [])
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a))
  const folders = [
    ...newestFirst.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  // The client's package has such a folder too.
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}

/** A PostgreSQL server of a test's own, on a free loopback port, that it may freeze, kill and bring back with what it had. */
export class PostgresServer {
  readonly port: number
  readonly #programs: string
  readonly #folder: string
  readonly #user: { readonly uid?: number; readonly gid?: number }
  readonly #settings: Readonly<Record<string, string>>
  #child: ChildProcess | undefined

  private constructor(
    port: number,
    programs: string,
    folder: string,
    user: { uid?: number; gid?: number },
    settings: Readonly<Record<string, string>>,
  ) {
    this.port = port
    this.#programs = programs
    this.#folder = folder
    this.#user = user
    this.#settings = settings
  }

  /** `settings` as in postgresql.conf. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const programs = await findPostgres()
    if (programs === undefined) {
      throw new Error('These tests need a PostgreSQL server (Debian: apt-get install postgresql).')
    }
    const folder = await mkdtemp(join(tmpdir(), 'thermocline-postgres-'))
    const user = await ordinaryUser()
    if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid)
    const args = [
      '-D',
      join(folder, 'data'),
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
    ]
    await run(join(programs, 'initdb'), args, { ...user, cwd: folder })
    const server = new PostgresServer(await freePort(), programs, folder, user, settings)
    await server.#launch()
    return server
  }

  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/postgres`
  }

  /** It stops answering, but its connections stay open. Each connection has a process of its own, so all are stopped. */
  async freeze(): Promise<void> {
    await this.#signalAll('SIGSTOP')
  }

  async thaw(): Promise<void> {
    await this.#signalAll('SIGCONT')
  }

  /** At once, as a crash: what is committed is there again after `restart`, from the write-ahead log. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    // "Immediate shutdown": its processes end without writing anything down. SIGKILL would leave them behind.
    child.kill('SIGQUIT')
    await exited
  }

  async restart(): Promise<void> {
    await this.kill()
    await this.#launch()
  }

  /** Ends it and removes what it wrote. */
  async close(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #launch(): Promise<void> {
    const settings = {
      fsync: 'off',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: this.#folder,
      ...this.#settings,
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(
      join(this.#programs, 'postgres'),
      ['-D', join(this.#folder, 'data'), '-p', String(this.port), ...args],
      { ...this.#user, cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#child = child
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)))
    const until = performance.now() + START_MS
    while (!(await this.#answers())) {
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error(`postgres did not answer on port ${this.port}: ${said}`)
      }
      await sleep(20)
    }
  }

  async #answers(): Promise<boolean> {
    const client = new Client(this.url)
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('SELECT 1')
      return true
    } catch {
      return false
    } finally {
      await client.end().catch(() => {})
    }
  }

  async #signalAll(signal: NodeJS.Signals): Promise<void> {
    const parent = this.#child?.pid
    if (parent === undefined) return
    // A process of its own for each connection; `--ppid` finds those alone.
    const children = await run('ps', ['-o', 'pid=', '--ppid', String(parent)]).catch(() => ({ stdout: '' }))
    const pids = [parent, ...children.stdout.split(/\s+/).filter(Boolean).map(Number)]
    for (const pid of pids) process.kill(pid, signal)
  }
}

/** Postgres refuses to run as root: there it runs as the user that its package has made. */
async function ordinaryUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])))
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) }
}
