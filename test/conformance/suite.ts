import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

/** What a test says of a cache: `required` by the RFC, `optimal` if it reuses all that it may, `check` without a judgement. */
export type Kind = 'required' | 'optimal' | 'check'

/** A test as the suite has it; its requests are the suite's own affair. */
export interface SuiteTest {
  readonly id: string
  readonly name: string
  /** @default 'required' */
  readonly kind?: Kind
  /** The tests that must pass before this one says anything. */
  readonly depends_on?: readonly string[]
  /** Needs a browser's own cache, so it is no part of a run against a proxy. */
  readonly browser_only?: boolean
  /** For caches in front of an origin alone, or nothing that a browser lets a page see: no part of a run in one. */
  readonly cdn_only?: boolean
  readonly browser_skip?: boolean
}

export interface TestSet {
  readonly id: string
  readonly name: string
  readonly tests: readonly SuiteTest[]
}

/** http-cache-tests, from the registry or from a checkout. */
export interface Suite {
  /** Name, version, and commit when it has one. */
  readonly label: string
  readonly root: string
  /** Where its `client` and `server` are: the root in the package, `test-engine` in newer checkouts. */
  readonly engine: string
  readonly sets: readonly TestSet[]
}

/**
 * Loads the suite from a checkout, or else from the npm package.
 * @param checkout a folder with the suite's repository; empty or undefined: the npm package
 * @throws Error when the folder holds no suite
 */
export async function loadSuite(checkout: string | undefined): Promise<Suite> {
  const isPackage = checkout === undefined || checkout === ''
  const root = isPackage ? dirname(require.resolve('http-cache-tests/package.json')) : checkout
  const engine = [join(root, 'test-engine'), root].find((folder) =>
    existsSync(join(folder, 'client/test.mjs')),
  )
  if (engine === undefined) {
    throw new Error(
      `CACHE_TESTS_DIR is ${JSON.stringify(root)}, which has neither test-engine/client/test.mjs nor client/test.mjs. ` +
        'Give a checkout of https://github.com/http-tests/cache-tests.',
    )
  }
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    name: string
    version: string
  }
  const tests = (await import(pathToFileURL(testsFile(root)).href)) as { default: readonly TestSet[] }
  const from = isPackage ? 'npm' : (commitOf(root) ?? 'a copy without its history')
  return { label: `${name} ${version} (${from})`, root, engine, sets: tests.default }
}

/** The module with all tests. */
export function testsFile(root: string): string {
  return join(root, 'tests/index.mjs')
}

/** The tests a proxy is put to, by id. */
export function proxyTests(suite: Suite): ReadonlyMap<string, SuiteTest> {
  return testsWhere(suite, (test) => test.browser_only !== true)
}

/** The tests a browser is put to, by id; they expect what a private cache may do. */
export function browserTests(suite: Suite): ReadonlyMap<string, SuiteTest> {
  return testsWhere(suite, (test) => test.cdn_only !== true && test.browser_skip !== true)
}

function testsWhere(suite: Suite, isMeant: (test: SuiteTest) => boolean): ReadonlyMap<string, SuiteTest> {
  const tests = suite.sets.flatMap((set) => set.tests).filter(isMeant)
  return new Map(tests.map((test) => [test.id, test]))
}

function commitOf(root: string): string | undefined {
  if (!existsSync(join(root, '.git'))) return undefined
  const hash = execFileSync('git', ['-C', root, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' })
  return `commit ${hash.trim()}`
}
