import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

// The same file is run compiled (dist/server) and, by the tests, as it stands (server).
const storefront = basename(dirname(here)) === 'dist' ? join(here, '..', '..') : join(here, '..')

/** Where the built page lies: index.html, assets, the service worker. */
export const pageDir = join(storefront, 'dist', 'page')

/** Where the pictures made by `build-pictures` lie. */
export const picturesDir = join(storefront, '.cache', 'pictures')

/** Where the embedded database keeps its files unless `--data` names another place. */
export const databaseDir = join(storefront, '.cache', 'pglite')

const require = createRequire(import.meta.url)

/** The emoji renders that the pictures are made from. */
export const renderDir = join(dirname(require.resolve('@lobehub/fluent-emoji-3d/package.json')), 'assets')

/** A JSON file of emojibase-data, such as `en/data.json`. */
export function emojibaseFile(name: string): string {
  return require.resolve(`emojibase-data/${name}`)
}
