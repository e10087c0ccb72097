import { access, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Plugin, ResolvedConfig } from 'vite'
import { ThermoclineError, describeValue } from '../policy/index.ts'
import type { WorkerOptions } from '../sw/worker-options.ts'
import { hasHashedName } from './hashed-name.ts'
import { type Manifest, type ManifestFile, createManifest } from './manifest.ts'
import { type ThermoclinePluginOptions, resolvePluginOptions } from './plugin-options.ts'
import { filesBelow } from './public-files.ts'
import { registerModule } from './register-module.ts'
import { serveWorker } from './serve-worker.ts'
import { forDevelopment, withPrecache } from './worker-options.ts'
import { type Script, bundledScript, dropInScript } from './worker-script.ts'

/**
 * Builds the service worker with the list of files that it precaches, serves it in development and preview, and provides
 * `virtual:thermocline/register`. Throws `option-invalid` for a wrong option.
 *
 * @example
 * export default defineConfig({ plugins: [thermocline()] })
 */
export function thermocline(options: ThermoclinePluginOptions = {}): Plugin[] {
  const resolved = resolvePluginOptions(options)
  const { fileName, src, worker } = resolved
  const built = new Map<string, ManifestFile>()
  let config: ResolvedConfig
  let isWanted: (name: string) => boolean = () => false

  const describe = (files: Iterable<ManifestFile>): Promise<Manifest> =>
    createManifest({ files, base: config.base, isWanted, options: resolved, warn })
  const makeScript = (workerOptions: WorkerOptions): Promise<Script> =>
    src === undefined
      ? dropInScript(fileName, workerOptions)
      : bundledScript(fileName, src, workerOptions, config)
  const publicFiles = async (): Promise<ManifestFile[]> => {
    if (config.publicDir === '') return []
    const names = await filesBelow(config.publicDir)
    return names.map((name) => ({ fileName: name, path: join(config.publicDir, name), isHashed: false }))
  }
  const pageUrl = () => (config.appType === 'spa' ? `${config.base}index.html` : undefined)
  const warn = (message: string) => config.logger.warn(`thermocline: ${message}`)

  return [
    registerModule(() => ({ url: config.base + fileName, scope: config.base })),
    {
      name: 'thermocline:worker',
      // After those that write or change files.
      enforce: 'post',
      sharedDuringBuild: true,
      async configResolved(given) {
        config = given
        refuseForeignBase(config)
        const { createFilter } = await import('vite')
        const { exclude, include } = resolved
        // An empty list would stand for everything.
        if (include.length > 0) isWanted = createFilter(include, exclude, { resolve: false })
      },
      buildStart() {
        if (this.environment.config.consumer === 'client') built.clear()
      },
      async writeBundle(options, bundle) {
        const { dir } = options
        if (this.environment.config.consumer !== 'client' || dir === undefined) return
        for (const output of Object.values(bundle)) {
          const path = join(dir, output.fileName)
          built.set(output.fileName, {
            fileName: output.fileName,
            path,
            isHashed: hasHashedName(output, options),
          })
        }
      },
      closeBundle: {
        order: 'post',
        sequential: true,
        async handler() {
          const { build, consumer } = this.environment.config
          if (consumer !== 'client' || built.size === 0) return
          const copied = build.copyPublicDir ? await publicFiles() : []
          const files = new Map([...copied.map((file) => [file.fileName, file] as const), ...built])
          if (files.has(fileName)) {
            throw new ThermoclineError(
              'option-invalid',
              `The build has a file ${describeValue(fileName)} already. Remove it, or give the worker another name with \`fileName\`.`,
            )
          }
          const { bytes, entries } = await describe(files.values())
          const workerOptions = withPrecache({ entries, given: worker, page: pageUrl() })
          warnOfUnknownPages(workerOptions, warn)
          const script = await makeScript(workerOptions)
          const folder = resolve(config.root, build.outDir)
          for (const file of script.files) await writeFile(join(folder, file.fileName), file.content)
          config.logger.info(
            `thermocline: ${fileName} precaches ${entries.length} files, ${(bytes / 1_000).toFixed(1)} kB`,
          )
        },
      },
      configureServer(server) {
        let compiled: Promise<Script> | undefined
        const compile = async () => {
          const page = { fileName: 'index.html', path: join(config.root, 'index.html'), isHashed: false }
          const hasPage = await access(page.path).then(
            () => true,
            () => false,
          )
          const { entries } = resolved.dev
            ? await describe([...(await publicFiles()), ...(hasPage ? [page] : [])])
            : { entries: [] }
          const workerOptions = withPrecache({ entries, given: worker, page: pageUrl() })
          const script = await makeScript(forDevelopment(workerOptions, resolved.dev))
          if (script.sources.length > 0) server.watcher.add([...script.sources])
          return script
        }
        server.watcher.on('all', () => {
          compiled = undefined
        })
        const read = async () => {
          const compiling = (compiled ??= compile())
          // What failed is tried again with the next request.
          compiling.catch(() => {
            compiled = undefined
          })
          return (await compiling).files[0]?.content
        }
        server.middlewares.use(serveWorker(config.base + fileName, read))
      },
      configurePreviewServer(server) {
        const path = resolve(config.root, config.build.outDir, fileName)
        const read = () =>
          readFile(path).catch((error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') return undefined
            throw error
          })
        server.middlewares.use(serveWorker(config.base + fileName, read))
      },
    },
  ]
}

function refuseForeignBase({ base }: ResolvedConfig): void {
  if (!/^(?:[a-z]+:)?\/\//i.test(base)) return
  throw new ThermoclineError(
    'option-invalid',
    `Vite's \`base\` is ${describeValue(base)}. A worker answers for its own origin only: write a path, such as '/app/'.`,
  )
}

function warnOfUnknownPages(
  { offline, precache = [], shell }: WorkerOptions,
  warn: (message: string) => void,
): void {
  for (const [name, page] of Object.entries({ shell, offline })) {
    if (page === undefined || precache.some(({ url }) => url === page)) continue
    const [first] = precache
    const such = first === undefined ? '' : `, such as ${describeValue(first.url)}`
    warn(
      `\`worker.${name}\` is ${describeValue(page)}, which is none of the precached files${such}. It will be fetched apart; to have it with the rest, name its file in \`include\`.`,
    )
  }
}
