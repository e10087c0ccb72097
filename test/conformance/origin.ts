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

/** Files that the origin serves beside the suite's own, by URL path. */
export type ServedFiles = Readonly<Record<string, { readonly path: string; readonly type: string }>>

/** Starts the suite's origin server as a process of its own, on a free loopback port. */
export async function startOrigin(suite: Suite, log: WireLog, files: ServedFiles = {}): Promise<Running> {
  const preloads = ['loopback-only.mjs', 'serve-files.mjs'].map((name) => join(import.meta.dirname, name))
  const child = fork(join(suite.engine, 'server/server.mjs'), {
    cwd: suite.root,
    execArgv: preloads.flatMap((path) => ['--import', pathToFileURL(path).href]),
    // The suite reads its settings as npm hands them to a script.
    env: {
      ...process.env,
      npm_config_protocol: 'http',
      npm_config_port: '0',
      npm_config_pidfile: devNull,
      CONFORMANCE_FILES: JSON.stringify(files),
    },
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
