import { ThermoclineError, describeValue, refuseUnknownOptions } from '../policy/index.ts'
import { isCount } from '../sw/is-count.ts'
import { type WorkerOptions, readOptions } from '../sw/worker-options.ts'

/** Options of `thermocline()`. */
export interface ThermoclinePluginOptions {
  /**
   * Globs of the files to precache, relative to the output folder.
   * @default every html, js, css, svg and woff2 file
   */
  readonly include?: string | readonly string[] | undefined
  /**
   * Globs of files to leave out of these.
   * @default []
   */
  readonly exclude?: string | readonly string[] | undefined
  /**
   * Bytes; what is larger is left out, with a warning.
   * @default 2_097_152
   */
  readonly maxFileBytes?: number | undefined
  /**
   * Whether files with hashed names carry their digest, so that no other bytes are ever stored under their names. Turn it
   * off where a proxy rewrites scripts or styles on the way.
   * @default true
   */
  readonly integrity?: boolean | undefined
  /**
   * Options of the worker. Its `precache` is added to the files of the build; `shell` is the built `index.html` unless
   * `appType` says that there is more than one page.
   * @default {}
   */
  readonly worker?: WorkerOptions | undefined
  /**
   * A worker of your own, relative to Vite's `root`. It is built as a classic script in place of the drop-in, and takes
   * its options from `virtual:thermocline/worker`.
   */
  readonly src?: string | undefined
  /**
   * Name of the built worker, which lies in the output folder itself, so that its scope is all of the application.
   * @default 'sw.js'
   */
  readonly fileName?: string | undefined
  /**
   * Whether the worker of the development server precaches `index.html` and the public files. Without, it precaches
   * nothing and has no fallback pages.
   * @default false
   */
  readonly dev?: boolean | undefined
}

export interface ResolvedPluginOptions {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly maxFileBytes: number
  readonly integrity: boolean
  readonly worker: WorkerOptions
  readonly src: string | undefined
  readonly fileName: string
  readonly dev: boolean
}

const NAMES = ['include', 'exclude', 'maxFileBytes', 'integrity', 'worker', 'src', 'fileName', 'dev']
const GLOBS = "a glob such as 'assets/**', or a list of them"

/** Applies the defaults. Throws `option-invalid`. */
export function resolvePluginOptions(options: ThermoclinePluginOptions): ResolvedPluginOptions {
  refuseUnknownOptions('`thermocline()`', options, NAMES)
  const {
    include = '**/*.{html,js,css,svg,woff2}',
    exclude = [],
    maxFileBytes = 2_097_152,
    integrity = true,
    worker = {},
    src,
    fileName = 'sw.js',
    dev = false,
  } = options
  check('include', include, isGlobs, GLOBS)
  check('exclude', exclude, isGlobs, GLOBS)
  check('maxFileBytes', maxFileBytes, isCount, 'a whole number of bytes above 0, such as 2_097_152')
  check('integrity', integrity, isBoolean, 'true or false')
  check('src', src, isSource, "the path of a script, such as 'src/worker.ts'")
  check('fileName', fileName, isFileName, "the name of a script without a folder, such as 'sw.js'")
  check('dev', dev, isBoolean, 'true or false')
  const right = readOptions(worker, 'worker', (message) => {
    throw invalid(`In \`worker\`: ${message.replace(/ It is ignored\.$/, '')}`)
  })
  return {
    include: [include].flat(),
    exclude: [exclude].flat(),
    maxFileBytes,
    integrity,
    worker: right,
    src,
    fileName,
    dev,
  }
}

function check(name: string, value: unknown, accepts: (value: unknown) => boolean, remedy: string): void {
  if (!accepts(value)) throw invalid(`\`${name}\` is ${describeValue(value)}. Write ${remedy}.`)
}

function isGlobs(value: unknown): boolean {
  return [value].flat().every((glob) => typeof glob === 'string' && glob !== '')
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isSource(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value !== '')
}

function isFileName(value: unknown): boolean {
  return typeof value === 'string' && /^[^/\\?#]+\.js$/.test(value)
}

function invalid(message: string): ThermoclineError {
  return new ThermoclineError('option-invalid', message)
}
