import { createReverseProxy } from '../../server/proxy/reverse-proxy.ts'
import { serve } from '../support/serve.ts'
import { type Client, startClient } from './client.ts'
import { forward } from './forward.ts'
import { startOrigin } from './origin.ts'
import { type Suite, type SuiteTest, proxyTests } from './suite.ts'
import type { WireLog } from './wire-log.ts'

export type Profile = 'rfc9111' | 'safe'

/** A cache that the suite's client can ask through. */
export interface Subject {
  /** As the report names it. */
  readonly name: string
  /** The tests that are for its kind of cache, by id. */
  readonly tests: (suite: Suite) => ReadonlyMap<string, SuiteTest>
  /** Starts the suite's origin, the cache and a client of it. */
  readonly connect: (suite: Suite, log: WireLog) => Promise<Client>
}

interface Proxy {
  readonly baseUrl: string
  readonly close: () => Promise<void>
}

/** The proxies by the name that the command line takes. */
export const SUBJECTS = {
  /** No cache at all: the floor that every figure is to be read against. */
  none: () =>
    proxySubject('none', async (originUrl) => {
      const { url, close } = await serve(forward(originUrl))
      return { baseUrl: url, close }
    }),
  /** Our own cache as a reverse proxy. */
  server: (profile) =>
    proxySubject(`server, profile ${profile}`, async (originUrl) => {
      const proxy = createReverseProxy({ origin: originUrl, profile })
      return { baseUrl: await proxy.listen(0), close: () => proxy.close(0) }
    }),
} satisfies Record<string, (profile: Profile) => Subject>

/** A subject between the suite's command-line client and its origin. */
function proxySubject(name: string, start: (originUrl: string) => Promise<Proxy>): Subject {
  return {
    name,
    tests: proxyTests,
    connect: async (suite, log) => {
      const origin = await startOrigin(suite, log)
      const started: { close: () => Promise<void> }[] = [origin]
      const close = async () => {
        for (const { close } of started.reverse()) await close()
      }
      try {
        const proxy = await start(origin.url)
        started.push(proxy)
        const client = await startClient(suite, proxy.baseUrl, log)
        started.push(client)
        return { run: client.run, close }
      } catch (error) {
        await close()
        throw error
      }
    },
  }
}
