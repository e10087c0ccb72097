import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../test/support/free-port.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { own, stop } from './children.ts'
import { type RunningSubject, startNode } from './node-subject.ts'
import { findProgram } from './programs.ts'

/** A cache that is not Node: where it listens, the Express origin behind it, and a folder for what it writes. */
interface DaemonPlace {
  readonly port: number
  readonly originPort: number
  readonly folder: string
}

export interface Daemon {
  readonly program: string
  /** Its configuration, written to the file `config` in the folder. */
  readonly config: (place: DaemonPlace) => string
  readonly args: (place: DaemonPlace, configPath: string) => readonly string[]
}

/** Starts a cache in front of an Express origin of its own, or resolves with the reason why it can't be measured. */
export async function startDaemon(daemon: Daemon): Promise<RunningSubject | string> {
  const program = findProgram(daemon.program)
  if (program === undefined) return 'not installed'
  const origin = await startNode('origin')
  if (typeof origin === 'string') return origin
  const place = {
    port: await freePort(),
    originPort: Number(new URL(origin.url).port),
    folder: await mkdtemp(join(tmpdir(), 'thermocline-bench-')),
  }
  const configPath = join(place.folder, 'config')
  await writeFile(configPath, daemon.config(place))
  const child = own(spawn(program, daemon.args(place, configPath), { stdio: ['ignore', 'pipe', 'pipe'] }))
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-2_000)))
  }
  const url = `http://127.0.0.1:${place.port}`
  await waitUntil(async () => {
    if (child.exitCode !== null) throw new Error(`${daemon.program} ended: ${printed}`)
    return isListening(url)
  }, `${daemon.program} to answer on port ${place.port}`)
  return {
    url,
    calls: () => origin.calls(),
    stop: async () => {
      await stop(child)
      await origin.stop()
      await rm(place.folder, { recursive: true, force: true })
    },
  }
}

async function isListening(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'HEAD' })
    return true
  } catch {
    return false
  }
}
