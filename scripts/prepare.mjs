// What `npm start`, `npm test` and `npm run test:engines` do first: install what is missing, build what is out of date.
// Instant when nothing is.
// Runs before any package is installed, so it uses Node alone.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium, findFirefox, findProgram } from './chromium.mjs'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const STAMP = join(ROOT, '.cache', 'prepared.json')
const SOURCES = [
  'policy',
  'server',
  'sw',
  'client',
  'vite',
  'examples/storefront/page',
  'examples/storefront/server',
]
const BUILD_FILES = ['package.json', 'tsconfig.json', 'tsconfig.base.json', 'vite.config.ts']
const OUTPUTS = [
  'dist/policy/index.js',
  'dist/server/index.js',
  'dist/sw/index.js',
  'dist/client/index.js',
  'dist/vite/index.js',
  'dist/sw.js',
  'dist/client.js',
  'dist/panel.js',
  'examples/storefront/dist/server/main.js',
  'examples/storefront/dist/page/index.html',
]

const program = (name, debian = name) => ({ debian, find: () => findProgram(name) })
const CHROMIUM = { debian: 'chromium', find: findChromium }
/** The tests drive a real browser, Redis, Memcached, PostgreSQL, Varnish and nginx. */
const TEST_PROGRAMS = [
  CHROMIUM,
  ...['redis-server', 'memcached', 'openssl'].map((name) => program(name)),
  { debian: 'postgresql', find: findPostgres },
  program('varnishd', 'varnish'),
  program('nginx'),
  { debian: 'varnish-modules', find: () => findModule('varnish/vmods/libvmod_xkey.so') },
  {
    debian: 'libnginx-mod-http-cache-purge',
    find: () => findModule('nginx/modules/ngx_http_cache_purge_module.so'),
  },
]
/** The worker's own tests drive two engines more; WebKit needs a display, and brings its own. */
const ENGINE_PROGRAMS = [
  CHROMIUM,
  { debian: 'firefox-esr', find: findFirefox },
  program('WebKitWebDriver', 'webkit2gtk-driver'),
  { debian: 'python3-gi gir1.2-webkit2-4.1', find: findWebKitForPython },
  program('Xvfb', 'xvfb'),
]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`This is Node ${process.versions.node}; Thermocline needs 20.19 or newer.`)
}
const stamp = readStamp()

const lock = hashOf(['package-lock.json'])
if (stamp.lock !== lock || !existsSync(join(ROOT, 'node_modules', '.package-lock.json'))) {
  // Not `npm ci`: it refuses a lock file that lacks the prebuilt binaries of another platform than the one it was written on.
  run('Installing packages', 'npm', ['install', '--no-save', '--no-audit', '--no-fund'])
}
const sources = hashOf([...BUILD_FILES, ...SOURCES.flatMap(filesIn)])
if (
  stamp.sources !== sources ||
  stamp.lock !== lock ||
  !OUTPUTS.every((path) => existsSync(join(ROOT, path)))
) {
  run('Building', 'npm', ['run', '--silent', 'build'])
}
mkdirSync(dirname(STAMP), { recursive: true })
writeFileSync(STAMP, JSON.stringify({ lock, sources }))
if (process.argv.includes('--for-tests')) installPrograms(TEST_PROGRAMS)
if (process.argv.includes('--for-engines')) installPrograms(ENGINE_PROGRAMS)

/** Installs what is missing; none of the tests is ever skipped. */
function installPrograms(programs) {
  const missing = programs
    .filter(({ find }) => find() === undefined)
    .flatMap(({ debian }) => debian.split(' '))
  if (missing.length === 0) return
  const canInstall = process.getuid?.() === 0 && findProgram('apt-get') !== undefined
  if (!canInstall) {
    fail(
      `The tests need ${missing.join(', ')}, and ${missing.length > 1 ? 'they are' : 'it is'} not on the PATH.\n` +
        `  Debian, Ubuntu: sudo apt-get install ${missing.join(' ')}\n` +
        '  macOS:          brew install redis memcached openssl postgresql varnish nginx, Google Chrome or CHROMIUM_PATH=/path/to/chromium,\n' +
        '                  Firefox or FIREFOX_PATH=/path/to/firefox; WebKitGTK runs on Linux only',
    )
  }
  run('Updating package lists', 'apt-get', ['update', '-qq'])
  run(`Installing ${missing.join(', ')}`, 'apt-get', [
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...missing,
  ])
}

/** What Debian gives its servers to load; elsewhere the tests of it are skipped. */
function findModule(path) {
  if (!existsSync('/etc/debian_version')) return path
  const folders = readdirSync('/usr/lib').map((name) => join('/usr/lib', name))
  return ['/usr/lib', ...folders].map((folder) => join(folder, path)).find((file) => existsSync(file))
}

/** Debian keeps its programs in a folder for each version, off the PATH. */
function findPostgres() {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder) : []
  return (
    versions.map((version) => join(folder, version, 'bin', 'initdb')).find((path) => existsSync(path)) ??
    findProgram('initdb')
  )
}

/** The browser that WebKitWebDriver drives is a small program of ours in Debian's own Python. */
function findWebKitForPython() {
  const { status } = spawnSync('/usr/bin/python3', ['-c', 'import gi; gi.require_version("WebKit2", "4.1")'])
  return status === 0 ? '/usr/bin/python3' : undefined
}

function run(what, command, args) {
  const start = performance.now()
  process.stdout.write(`${what} ...\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env })
  if (status !== 0)
    fail(`${what} failed: ${error?.message ?? `\`${command} ${args.join(' ')}\` exited with ${status}`}.`)
  process.stdout.write(`${what}: ${((performance.now() - start) / 1_000).toFixed(1)} s\n`)
}

function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths.toSorted()) hash.update(path).update(readFileSync(join(ROOT, path)))
  return hash.digest('hex')
}

function filesIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'))
  } catch {
    return {}
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
