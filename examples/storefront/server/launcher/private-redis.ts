import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'

export interface PrivateRedis {
  readonly url: string
  readonly version: string
  close(): Promise<void>
}

/**
 * Redis does not notice when the one who started it is gone, so a shell stands between: it waits on its standard input,
 * whose other end the launcher holds. When that closes, by a wish or because the launcher was killed, the shell ends
 * Redis and clears up.
 */
const KEEPER = `
  redis-server "$@" >/dev/null 2>&1 &
  redis=$!
  trap '' INT HUP TERM
  echo $redis
  cat >/dev/null
  kill -TERM $redis 2>/dev/null
  wait $redis
  rmdir "$0" 2>/dev/null
`

const ATTEMPTS = 3
const START_MS = 5_000
const STOP_MS = 3_000

/** Starts a Redis that keeps nothing on disk, on a free loopback port; `undefined` where no `redis-server` is installed or starts. */
export async function startPrivateRedis(): Promise<PrivateRedis | undefined> {
  if (process.platform === 'win32' || !(await isOnPath('redis-server'))) return undefined
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    // Between finding the port and using it somebody else may take it: hence the attempts.
    const started = await startOnce(await freePort())
    if (started !== undefined) return started
  }
  return undefined
}

async function startOnce(port: number): Promise<PrivateRedis | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'thermocline-redis-'))
  const settings = [
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--daemonize', 'no'],
    ['--save', '', '--appendonly', 'no'],
    // Values have a lifetime and may go early; the invalidation log has none and stays.
    ['--maxmemory', '128mb', '--maxmemory-policy', 'volatile-lru'],
  ].flat()
  const keeper = spawn(
    '/bin/sh',
    ['-c', KEEPER, directory, ...settings],
    // In a group of its own, so that Ctrl+C leaves it to the launcher to say when.
    { stdio: ['pipe', 'pipe', 'ignore'], detached: true },
  )
  keeper.stdin.on('error', () => {})
  const pid = await firstLine(keeper)
  const close = async (): Promise<void> => {
    await endKeeper(keeper, pid)
    await rm(directory, { recursive: true, force: true })
  }
  const version = await greet(port, pid)
  if (version === undefined) {
    await close()
    return undefined
  }
  return { url: `redis://127.0.0.1:${port}`, version, close }
}

async function firstLine(keeper: ChildProcess): Promise<number> {
  if (keeper.stdout === null) return Number.NaN
  for await (const line of createInterface({ input: keeper.stdout })) return Number(line)
  return Number.NaN
}

/** Waits until the Redis at the port answers and is the one with that process id. Its version. */
async function greet(port: number, pid: number): Promise<string | undefined> {
  const redis = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  try {
    const information = await Promise.race([redis.info('server'), delay(START_MS, '', { ref: false })])
    const fields = new Map(
      information.split('\r\n').map((line) => line.split(':', 2) as [string, string | undefined]),
    )
    return fields.get('process_id') === String(pid) ? fields.get('redis_version') : undefined
  } catch {
    return undefined
  } finally {
    redis.disconnect()
  }
}

async function endKeeper(keeper: ChildProcess, redisPid: number): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return killRedis(redisPid)
  const ended = once(keeper, 'exit')
  keeper.stdin?.end()
  const inTime = await Promise.race([ended.then(() => true), delay(STOP_MS, false, { ref: false })])
  if (inTime) return
  killRedis(redisPid)
  keeper.kill('SIGKILL')
  await ended
}

/** For when the keeper, which should have done it, was itself killed. */
function killRedis(pid: number): void {
  if (!Number.isInteger(pid)) return
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // It had ended already.
  }
}

async function isOnPath(program: string): Promise<boolean> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(directory, program), constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return true
  }
  return false
}
