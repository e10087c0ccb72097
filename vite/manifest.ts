import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { PrecacheEntry } from '../sw/precache-entry.ts'
import type { ResolvedPluginOptions } from './plugin-options.ts'

export interface ManifestFile {
  /** As the server names it, without the base. */
  readonly fileName: string
  /** Where it lies. */
  readonly path: string
  /** Whether its name changes with its content. */
  readonly isHashed: boolean
}

export interface Manifest {
  readonly entries: readonly PrecacheEntry[]
  readonly bytes: number
}

export interface ManifestSource {
  readonly files: Iterable<ManifestFile>
  /** Stands before the names. */
  readonly base: string
  readonly isWanted: (fileName: string) => boolean
  readonly options: Pick<ResolvedPluginOptions, 'integrity' | 'maxFileBytes'>
  readonly warn: (message: string) => void
}

/**
 * Describes files as they lie on the disk, after all plugins. Vite knows which names are hashed; workbox-build would have
 * to be told, knows no integrity, and brings Babel and a bundler of its own.
 */
export async function createManifest(source: ManifestSource): Promise<Manifest> {
  const { base, files, isWanted, options, warn } = source
  const entries: PrecacheEntry[] = []
  let bytes = 0
  const wanted = [...files].filter(({ fileName }) => isWanted(fileName))
  for (const { fileName, isHashed, path } of wanted.toSorted((a, b) => (a.fileName < b.fileName ? -1 : 1))) {
    const content = await readFile(path)
    if (content.length > options.maxFileBytes) {
      warn(
        `${fileName} has ${content.length} bytes and is not precached. Raise \`maxFileBytes\` (${options.maxFileBytes}), or name it in \`exclude\`.`,
      )
      continue
    }
    bytes += content.length
    entries.push({ url: base + encode(fileName), ...identify(content, isHashed, options.integrity) })
  }
  return { entries, bytes }
}

function identify(content: Buffer, isHashed: boolean, hasIntegrity: boolean): Omit<PrecacheEntry, 'url'> {
  if (!isHashed) return { revision: createHash('sha256').update(content).digest('hex').slice(0, 16) }
  if (!hasIntegrity) return { revision: null }
  return { revision: null, integrity: `sha384-${createHash('sha384').update(content).digest('base64')}` }
}

/** Browsers write the rest of a path as it needs to be. */
function encode(fileName: string): string {
  return fileName.replaceAll(/[%?#]/g, encodeURIComponent)
}
