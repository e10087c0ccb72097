import { readFile } from 'node:fs/promises'
import { PRECACHED, type Variant } from '../variant.ts'

const SCRIPT = new URL('../../../dist/sw.js', import.meta.url)

export const thermocline: Variant = {
  name: 'thermocline, dist/sw.js',
  worker: {
    kind: 'script',
    async build(files) {
      const options = { precache: [{ url: PRECACHED, revision: null }], maxEntries: files * 2 }
      return `self.__THERMOCLINE__ = ${JSON.stringify(options)};\n${await readFile(SCRIPT, 'utf8')}`
    },
  },
}
