import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import express, { type Express } from 'express'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { share } from '../../test/guard/leaks/leak.ts'
import { callReader, readLanguage, readSession } from '../../test/guard/readers.ts'
import { visit } from '../../test/guard/visit.ts'
import { serve } from '../../test/support/serve.ts'
import type { Finding } from './finding.ts'
import { classifyFile, packageOf } from './known-packages.ts'
import { unkeyedInputGuard } from './unkeyed-input-guard.ts'

/** Packages that are not installed, each with the lines that matter of it. */
const SOURCES = {
  // A tracer puts its own function around each handler.
  '@opentelemetry/instrumentation-express':
    'export const wrap = (handler) => (q, s, n) => (q.headers["user-agent"], handler(q, s, n))',
  // Sends the headers to a log, by a package of its own that writes them down.
  'pino-http':
    'import { write } from "safe-stable-stringify"; export const use = (q, s, n) => (write(q.headers), n())',
  'safe-stable-stringify': 'export const write = (value) => JSON.stringify(value)',
  // Made when it is first asked for, by a package that reads the field for whoever asks.
  'cookie-session':
    'import { get } from "cookies"; export const use = (q, s, n) => (Object.defineProperty(q, "session", { get: () => get(q) }), n())',
  cookies: 'export const get = (q) => q.headers.cookie',
  // Nobody has heard of it.
  'some-package': 'export const use = (q, s, n) => ((s.locals.seen = q.headers["x-some"]), n())',
  '@some/package': 'export const read = (q) => q.headers["x-some"]',
}

type Handler = express.RequestHandler
interface Module {
  use: Handler
  wrap: (handler: Handler) => Handler
  read: (request: express.Request) => unknown
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'guard-'))
  for (const [name, source] of Object.entries(SOURCES)) {
    const file = fileOf(name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, source)
    await writeFile(join(dirname(file), 'package.json'), '{ "type": "module", "exports": "./index.js" }')
  }
})
afterAll(() => rm(folder, { recursive: true }))

const fileOf = (name: string): string => join(folder, 'node_modules', name, 'index.js')
const load = async (name: keyof typeof SOURCES): Promise<Module> => {
  return (await import(/* @vite-ignore */ pathToFileURL(fileOf(name)).href)) as Module
}

async function find(install: (app: Express) => void): Promise<string[]> {
  const findings: Finding[] = []
  const app = express().use(unkeyedInputGuard({ onFinding: (finding) => findings.push(finding) }))
  install(app)
  const { url, close } = await serve(app)
  await visit(url, { headers: { cookie: 'a=1' } })
  await close()
  return findings.map(({ input, at, package: name }) => {
    const short = at.replace(folder, '').replace(/^test\/guard\/|(:\d+)+$/g, '')
    return `${input} at ${short}${name === undefined ? '' : ` by ${name}`}`
  })
}

it('does not hide a handler behind the tracer that is around it', async () => {
  const { wrap } = await load('@opentelemetry/instrumentation-express')
  const found = await find((app) => {
    app.get(
      '/',
      wrap((request, response) => share(response).send(readLanguage(request))),
    )
  })
  expect(found).toEqual(['header:accept-language at readers.ts'])
})

it('lets a log read everything, through whatever it uses', async () => {
  const { use } = await load('pino-http')
  expect(await find((app) => app.use(use, (_request, response) => share(response).send('page')))).toEqual([])
})

it('puts a lazy session down to whoever asks for it', async () => {
  const { use } = await load('cookie-session')
  const found = await find((app) => {
    app.use(use).get('/', (request, response) => share(response).json(readSession(request)))
  })
  expect(found).toEqual(['header:cookie at readers.ts'])
})

it('names a package that it does not know', async () => {
  const { use } = await load('some-package')
  const { read } = await load('@some/package')
  const found = await find((app) => {
    app.use(use).get('/', (request, response) => share(response).json([callReader(request, read)]))
  })
  expect(found).toEqual([
    'header:x-some at /node_modules/some-package/index.js by some-package',
    'header:x-some at readers.ts by @some/package',
  ])
})

it.each([
  ['/a/node_modules/.pnpm/i18n@1.0.0/node_modules/i18n/i18n.js', 'i18n', 'i18n.js'],
  ['/a/node_modules/@scope/name/lib/x.js', '@scope/name', 'lib/x.js'],
  [String.raw`C:\a\node_modules\@scope\name\lib\x.js`, '@scope/name', 'lib/x.js'],
])('knows whose file %s is', (file, name, path) => {
  expect(packageOf(file)).toEqual({ name, path })
})

it('knows what is nobody’s and what is the application’s', () => {
  expect(classifyFile('node:internal/timers')).toBe('internal')
  expect(classifyFile('')).toBe('internal')
  expect(classifyFile('/srv/app/routes/page.js')).toBe('app')
  expect(classifyFile('/srv/app/node_modules/express/lib/application.js')).toBe('boundary')
  expect(classifyFile('/srv/app/node_modules/express/lib/request.js')).toBe('accessor')
})
