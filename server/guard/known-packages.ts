import { dirname, join, sep } from 'node:path'

/**
 * What a stack frame's file says about a read:
 *
 * - `internal`: Node, V8 or this guard; nobody's decision.
 * - `accessor`: reads on behalf of its caller (`request.get`, `negotiator`), so the caller counts.
 * - `harmless`: its own reads do not shape what is answered, or it writes `Vary` itself.
 * - `quiet`: harmless, and so are the functions it was given (a log format, the key of a rate limit).
 * - `own`: the header policies, which look at credentials on nobody's behalf; quiet too.
 * - `boundary`: the router; what is further out belongs to another middleware.
 * - `package`: any other package.
 * - `app`: the application's own code.
 */
export type FrameKind =
  | 'internal'
  | 'own'
  | 'accessor'
  | 'harmless'
  | 'quiet'
  | 'boundary'
  | 'package'
  | 'app'

const PACKAGES: Readonly<Record<'accessor' | 'harmless' | 'quiet' | 'boundary', readonly string[]>> = {
  accessor: [
    'express accepts negotiator parseurl type-is content-type fresh range-parser proxy-addr forwarded',
    'basic-auth cookies cookie cookie-session on-headers depd',
  ],
  harmless: [
    // Read what tells how to take the request in, or make `request.cookies`, `session` and `user`, whose readers count.
    'body-parser raw-body multer busboy cookie-parser express-session passport',
    // Write the fields, and the `Vary` that goes with them, themselves.
    'cors helmet send serve-static finalhandler etag vary',
    // Ask another server, whose own `Vary` says what it read.
    'http-proxy http-proxy-3 httpxy http-proxy-middleware express-http-proxy',
    // Runs loaders of the application, whose reads count.
    'thermocline',
    // Serve while developing, and to no cache.
    'vite webpack-dev-middleware webpack-hot-middleware browser-sync',
    // Watch.
    'winston express-winston bunyan prom-client express-prom-bundle response-time cls-rtracer',
    'newrelic dd-trace elastic-apm-node applicationinsights',
  ],
  quiet: [
    'morgan pino pino-http pino-std-serializers express-rate-limit express-slow-down compression on-finished',
  ],
  boundary: ['router connect'],
}

const KINDS: ReadonlyMap<string, FrameKind> = new Map(
  Object.entries(PACKAGES).flatMap(([kind, lines]) => {
    return lines.flatMap((line) => line.split(' ').map((name) => [name, kind as FrameKind] as const))
  }),
)

const HARMLESS_SCOPES: ReadonlySet<string> = new Set(['@opentelemetry', '@sentry', '@elastic', '@datadog'])

const GUARD = import.meta.dirname
const SERVER = dirname(GUARD)

const PACKAGE = /.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)[/\\](.*)$/s

/** The package that a file belongs to, and the file's path in it; `undefined` for the application's own. */
export function packageOf(file: string): { readonly name: string; readonly path: string } | undefined {
  const [, name, path] = PACKAGE.exec(file) ?? []
  if (name === undefined || path === undefined) return undefined
  return { name: name.replace('\\', '/'), path: path.replaceAll('\\', '/') }
}

/** What a frame in that file says. `file` is an absolute path, or what V8 gives for code that is in none. */
export function classifyFile(file: string): FrameKind {
  if (file === '' || file.startsWith('node:') || file.startsWith('<') || file.startsWith('evalmachine')) {
    return 'internal'
  }
  if (file.startsWith(GUARD + sep)) return 'internal'
  if (file.startsWith(join(SERVER, 'http', sep))) return 'own'
  if (file.startsWith(SERVER + sep)) return 'harmless'
  const found = packageOf(file)
  if (found === undefined) return 'app'
  const { name, path } = found
  if (name === 'express' && path === 'lib/application.js') return 'boundary'
  // Where `isAuthenticated` is: whoever asks it reads the user.
  if (name === 'passport' && path === 'lib/http/request.js') return 'accessor'
  const [scope = ''] = name.split('/', 1)
  return KINDS.get(name) ?? (HARMLESS_SCOPES.has(scope) ? 'harmless' : 'package')
}
