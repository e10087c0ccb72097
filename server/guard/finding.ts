import type { IncomingMessage } from 'node:http'
import { fieldName, fieldsBehind, isPersonal } from './inputs.ts'
import type { Credential } from './inputs.ts'
import type { Read } from './read-log.ts'

/** An input of a response that a shared cache may keep without knowing of it. */
export interface Finding {
  readonly rule: 'unkeyed-input'
  /** `header:accept-language`, `header:*` (all of them), `cookie:theme`, `req.user`, `req.ip`, ... */
  readonly input: string
  /** `file:line:column` where it was read, relative to the working directory where it lies inside. */
  readonly at: string
  /** The package that read it, where it was not the application itself; `at` is then the application's call, if it made one. */
  readonly package: string | undefined
  readonly method: string
  /** The route's pattern, such as `/products/:id`; `undefined` where no route answered. */
  readonly route: string | undefined
  /** The path that was asked for, without its query, at most 512 characters. */
  readonly path: string
  /** What to do, in one sentence. */
  readonly fix: string
}

/** A visitor makes a path as long as the server takes. */
const LONGEST_PATH = 512

/** What is told of one read. `wasMade` is what the guard itself has done about the response. */
export function describeFinding(
  read: Read,
  request: IncomingMessage,
  credentials: ReadonlySet<Credential>,
  wasMade: 'private' | undefined,
): Finding {
  const { originalUrl, baseUrl, route } = request as {
    originalUrl?: string
    baseUrl?: string
    route?: { path?: unknown }
  }
  return {
    rule: 'unkeyed-input',
    input: read.input,
    at: read.at,
    package: read.package,
    method: request.method ?? 'GET',
    route: typeof route?.path === 'string' ? `${baseUrl ?? ''}${route.path}` : undefined,
    path: (originalUrl ?? request.url ?? '').split('?', 1)[0]?.slice(0, LONGEST_PATH) ?? '',
    fix: fixFor(read.input, credentials, wasMade),
  }
}

function fixFor(input: string, credentials: ReadonlySet<Credential>, wasMade: 'private' | undefined): string {
  const unless = `or list '${input}' in \`ignore\` if it changes nothing.`
  if (wasMade !== undefined) return `It left as \`${wasMade}\`; declare the route so, ${unless}`
  const fields = fieldsBehind(input, credentials)
  if (fields === undefined || isPersonal(input))
    return `Make the response \`private\` or \`no-store\`, ${unless}`
  const names = fields.map(fieldName).join(', ')
  return `Add \`Vary: ${names}\`, make the response \`private\`, ${unless}`
}

/** A finding as three lines for a terminal. */
export function formatFinding({ input, at, method, route, path, fix, package: reader }: Finding): string {
  return [
    `thermocline: a shared cache may keep ${method} ${route ?? path}, but not knowing ${describeInput(input)}.`,
    `  read at ${at}${reader === undefined ? '' : ` (by the package ${reader})`}`,
    `  ${fix}`,
  ].join('\n')
}

function describeInput(input: string): string {
  if (input === 'header:*') return "all of the request's headers"
  if (input === 'cookie:*') return "all of the request's cookies"
  if (input.startsWith('header:')) return `the request's ${fieldName(input.slice('header:'.length))}`
  if (input.startsWith('cookie:')) return `the cookie ${JSON.stringify(input.slice('cookie:'.length))}`
  return input
}
