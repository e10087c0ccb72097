// A process of its own for the suite's client, which keeps its base URL and its results in module variables: two runs would
// share them. Told which tests to run by message; answers with their results.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import type { Result } from './scoring.ts'
import { type SuiteTest, type TestSet, testsFile } from './suite.ts'

export interface ClientOrder {
  readonly ids: readonly string[]
  /** How many tests run at once. */
  readonly parallel: number
  /** Whether the client and the origin print what they send and receive. */
  readonly isLogged: boolean
}

interface ClientModule {
  readonly testResults: Record<string, Result>
  /** Its name in checkouts, and the older one in the npm package. */
  readonly makeTest?: (test: SuiteTest) => Promise<void>
  readonly makeCacheTest?: (test: SuiteTest) => Promise<void>
}

interface ConfigModule {
  readonly setFetch?: (call: typeof fetch) => void
  readonly setBaseUrl: (url: string) => void
  readonly setUseBrowserCache: (isUsed: boolean) => void
}

// Longer than any test may wait, so that a cache that never answers fails a test and not the run.
const REQUEST_LIMIT_MS = 20_000

const [, , root = '', engine = '', baseUrl = ''] = process.argv
const { default: sets } = (await load(testsFile(root))) as { default: readonly TestSet[] }
const tests = new Map(sets.flatMap((set) => set.tests).map((test) => [test.id, test]))

// To see interim responses, newer checkouts wrap the dispatcher of an undici of their own around fetch's. It has to be there
// before the first fetch, or Node's built-in one is the one in use, which does not know how.
const undici = join(root, 'node_modules/undici/index.js')
if (existsSync(undici)) await load(undici)

const nodeFetch = globalThis.fetch
// Newer checkouts call the global one.
globalThis.fetch = plainFetch
const config = (await load(join(engine, 'client/config.mjs'))) as ConfigModule
config.setFetch?.(plainFetch)
config.setBaseUrl(baseUrl)
config.setUseBrowserCache(false)
const client = (await load(join(engine, 'client/test.mjs'))) as ClientModule
const runTest = client.makeTest ?? client.makeCacheTest

process.on('message', (order: ClientOrder) => {
  void obey(order).then((results) => process.send?.(results))
})
process.send?.('ready')

async function obey({ ids, parallel, isLogged }: ClientOrder): Promise<Record<string, Result>> {
  const queue = [...ids]
  const results: Record<string, Result> = {}
  const runNext = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      // A copy, because running a test writes to it; and the client refuses to have a second result for a test.
      const test = { ...structuredClone(tests.get(id)), dump: isLogged } as SuiteTest
      Reflect.deleteProperty(client.testResults, id)
      await runTest?.(test)
      results[id] = client.testResults[id] ?? ['Harness', 'The client gave no result.']
    }
  }
  await Promise.all(Array.from({ length: parallel }, runNext))
  return results
}

/**
 * Node's fetch, sending what it is told and no more. It has no cache, yet in most cache modes it adds `Cache-Control: no-cache`
 * to requests with a validator or with the mode `no-store`; with `force-cache` it adds nothing.
 */
async function plainFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const signal = init?.signal ?? AbortSignal.timeout(REQUEST_LIMIT_MS)
  try {
    return await nodeFetch(input, { ...init, cache: 'force-cache', signal })
  } catch (error) {
    // "fetch failed" says nothing; its cause does.
    const { name, message, cause } = error as Error
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message
    throw Object.assign(new Error(why, { cause }), { name })
  }
}

function load(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href)
}
