import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Results } from './scoring.ts'
import type { ClientOrder } from './suite-client.ts'
import type { Suite } from './suite.ts'
import type { WireLog } from './wire-log.ts'

/** Runs tests of the suite against a cache. */
export interface Client {
  readonly run: (order: ClientOrder) => Promise<Results>
  /** Ends it, and all that it was started with. */
  readonly close: () => Promise<void>
}

/** Starts the suite's client against a base URL. */
export async function startClient(suite: Suite, baseUrl: string, log: WireLog): Promise<Client> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const child = fork(join(import.meta.dirname, 'suite-client.ts'), [suite.root, suite.engine, baseUrl], {
    execArgv: ['--import', tsx],
    silent: true,
  })
  log.listen(child.stdout)
  log.listen(child.stderr)
  const exited = once(child, 'exit')
  const failed = exited.then(([code]): never => {
    throw new Error(`The suite's client ended with ${String(code)}: ${log.take().trim()}`)
  })
  // Whoever waits hears of it; nobody waits when it is closed.
  failed.catch(() => undefined)
  await Promise.race([once(child, 'message'), failed])
  return {
    run: async (order) => {
      child.send(order)
      const [results] = (await Promise.race([once(child, 'message'), failed])) as [Results]
      return results
    },
    close: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
