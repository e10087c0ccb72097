// The page that the suite's client runs in. Its requests are the page's own, through whatever worker controls it.

// Longer than any test may wait, so that a worker that never answers fails a test and not the run.
const REQUEST_LIMIT_MS = 20_000

const pageFetch = globalThis.fetch
const begun = new Set()
let pauseMs = 0

globalThis.conformance = { control, run }

/** Registers a worker and resolves once it answers for this page. */
async function control(url) {
  const isControlled = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true })
  })
  await navigator.serviceWorker.register(url)
  if (navigator.serviceWorker.controller === null) await isControlled
}

/** Runs tests of the suite, as many at once as the order says; `engine` and `tests` are URL paths. */
async function run({ engine, tests: testsPath, order, pauseMs: pause }) {
  pauseMs = pause
  // Newer checkouts call the global one.
  globalThis.fetch = fetchPaused
  const [config, client, { default: sets }] = await Promise.all([
    import(`${engine}/client/config.mjs`),
    import(`${engine}/client/test.mjs`),
    import(testsPath),
  ])
  config.setFetch?.(fetchPaused)
  config.setBaseUrl('')
  config.setUseBrowserCache(true)
  // `makeCacheTest` is its name in the npm package.
  const runTest = client.makeTest ?? client.makeCacheTest
  const tests = new Map(sets.flatMap((set) => set.tests).map((test) => [test.id, test]))

  const queue = [...order.ids]
  const results = {}
  const runNext = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      // A copy, because running a test writes to it; and the client refuses to have a second result for a test.
      const test = { ...structuredClone(tests.get(id)), dump: order.isLogged }
      Reflect.deleteProperty(client.testResults, id)
      await runTest(test)
      results[id] = client.testResults[id] ?? ['Harness', 'The client gave no result.']
    }
  }
  await Promise.all(Array.from({ length: order.parallel }, runNext))
  return results
}

/** Waits before every request of a test but the first, so that what a worker does after its answer may come to an end. */
async function fetchPaused(url, init) {
  const [, path, test] = String(url).split(/[/?]/)
  if (path === 'test') {
    if (begun.has(test)) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    begun.add(test)
  }
  return await pageFetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(REQUEST_LIMIT_MS) })
}
