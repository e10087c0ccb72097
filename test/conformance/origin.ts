import { fork } from 'node:child_process'
import { once } from 'node:events'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Suite } from './suite.ts'
import type { WireLog } from './wire-log.ts'

export interface Running {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Starts the suite's origin server as a process of its own, on a free loopback port. */
export async function startOrigin(suite: Suite, log: WireLog): Promise<Running> {
  const preload = pathToFileURL(join(import.meta.dirname, 'loopback-only.mjs')).href
  const child = fork(join(suite.engine, 'server/server.mjs'), {
    cwd: suite.root,
    execArgv: ['--import', preload],
    // The suite reads its settings as npm hands them to a script.
    env: { ...process.env, npm_config_protocol: 'http', npm_config_port: '0', npm_config_pidfile: devNull },
    silent: true,
  })
  log.listen(child.stdout)
  log.listen(child.stderr)
  const exited = once(child, 'exit')
  const [port] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => {
      throw new Error(`The suite's origin server ended with ${String(code)}: ${log.take().trim()}`)
    }),
  ])) as [number]
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
