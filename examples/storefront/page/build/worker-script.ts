import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

interface PrecacheEntry {
  url: string
  /** A hash of the bytes, or null where the URL itself names them. */
  revision: string | null
}

const HASHED_FOLDER = 'assets/'
// Browsers and operating systems fetch these on their own, never for an offline page.
const LEFT_OUT = /^(?:sw\.js|icons\/.*\.png)$/

/** Writes `sw.js` beside the built page: one line of configuration, then the bytes of the drop-in worker. */
export function workerScript(): Plugin {
  let root = ''
  return {
    name: 'storefront:worker-script',
    apply: 'build',
    configResolved(config) {
      root = config.root
    },
    async writeBundle(options) {
      const outDir = options.dir
      if (outDir === undefined) return
      const dropIn = await readFile(dropInPath(root))
      const config = {
        precache: await precacheEntries(outDir),
        shell: '/index.html',
        offline: '/offline.html',
        shellDeny: ['^/api/', '^/pictures/'],
      }
      const line = Buffer.from(`self.__THERMOCLINE__ = ${JSON.stringify(config)};\n`)
      await writeFile(join(outDir, 'sw.js'), Buffer.concat([line, dropIn]))
    },
  }
}

function dropInPath(root: string): string {
  try {
    return createRequire(join(root, 'index.html')).resolve('thermocline/sw.js')
  } catch (cause) {
    throw new Error(
      'thermocline/sw.js is not built. Run `npm run build:lib` before building the storefront page.',
      { cause },
    )
  }
}

async function precacheEntries(outDir: string): Promise<PrecacheEntry[]> {
  const entries: PrecacheEntry[] = []
  for (const file of await readdir(outDir, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const path = relative(outDir, join(file.parentPath, file.name)).split(sep).join('/')
    if (LEFT_OUT.test(path)) continue
    const revision = path.startsWith(HASHED_FOLDER) ? null : await contentHash(join(outDir, path))
    entries.push({ url: `/${path}`, revision })
  }
  return entries.toSorted((a, b) => (a.url < b.url ? -1 : 1))
}

async function contentHash(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16)
}
