import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { ResolvedConfig, Rolldown } from 'vite'
import type { WorkerOptions } from '../sw/worker-options.ts'

const WORKER_MODULE = 'virtual:thermocline/worker'

/** One file to be written beside the application, the worker itself or its source map. */
interface ScriptFile {
  readonly fileName: string
  readonly content: string | Uint8Array
}

export interface Script {
  readonly files: readonly ScriptFile[]
  /** The source files that it was made of, absolute. */
  readonly sources: readonly string[]
}

/** The drop-in behind one line with its options, so that other options are another version of the worker. */
export async function dropInScript(fileName: string, options: WorkerOptions): Promise<Script> {
  const dropIn = await readFile(createRequire(import.meta.url).resolve('thermocline/sw.js'), 'utf8')
  const content = `self.__THERMOCLINE__ = ${toSource(options)};\n${dropIn}`
  return { files: [{ fileName, content }], sources: [] }
}

/** A worker of the application's own, with its imports in one classic script. */
export async function bundledScript(
  fileName: string,
  src: string,
  options: WorkerOptions,
  config: ResolvedConfig,
): Promise<Script> {
  const { build } = await import('vite')
  const {
    build: settings,
    command,
    define,
    envDir,
    envPrefix,
    logLevel,
    mode,
    resolve: resolving,
    root,
  } = config
  const isBuild = command === 'build'
  const result = await build({
    configFile: false,
    root,
    mode,
    envDir,
    envPrefix: envPrefix ?? 'VITE_',
    // The page's build has already said what there is to say.
    logLevel: logLevel === 'silent' ? 'silent' : 'warn',
    publicDir: false,
    resolve: { alias: resolving.alias },
    define: {
      // Workbox says more in development.
      'process.env.NODE_ENV': JSON.stringify(isBuild ? 'production' : 'development'),
      ...define,
    },
    plugins: [
      {
        name: 'thermocline:worker-options',
        resolveId: (id) => (id === WORKER_MODULE ? `\0${WORKER_MODULE}` : undefined),
        load: (id) =>
          id === `\0${WORKER_MODULE}` ? `export const options = ${toSource(options)}` : undefined,
      },
    ],
    build: {
      write: false,
      copyPublicDir: false,
      target: settings.target,
      minify: isBuild && settings.minify !== false,
      sourcemap: isBuild ? settings.sourcemap : 'inline',
      lib: { entry: resolve(root, src), formats: ['iife'], name: 'worker', fileName: () => fileName },
    },
  })
  const { output } = [result].flat()[0] as Rolldown.RolldownOutput
  return {
    files: output.map((file) => ({
      fileName: file.fileName,
      content: file.type === 'chunk' ? file.code : file.source,
    })),
    // Rollup, beneath Vite 7, names virtual modules too: these are no files that could change.
    sources: output
      .flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
      .filter((id) => !id.startsWith('\0')),
  }
}

/** JSON is JavaScript, `__proto__` apart, which no option is called. */
function toSource(options: WorkerOptions): string {
  return JSON.stringify(options)
}
