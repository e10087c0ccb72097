import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Plugin } from 'vite'

const SIZES = [
  { fileName: 'icons/icon-192.png', px: 192 },
  { fileName: 'icons/icon-512.png', px: 512 },
  { fileName: 'icons/apple-touch-icon.png', px: 180 },
]

/** Draws the PNG icons that the web app manifest names from `public/icons/icon.svg`. */
export function icons(): Plugin {
  let source = ''
  return {
    name: 'storefront:icons',
    apply: 'build',
    configResolved(config) {
      source = join(config.publicDir, 'icons/icon.svg')
    },
    async generateBundle() {
      const svg = await readFile(source)
      for (const { fileName, px } of SIZES) {
        const png = await sharp(svg, { density: 300 })
          .resize(px, px)
          .png({ palette: true, effort: 10 })
          .toBuffer()
        this.emitFile({ type: 'asset', fileName, source: png })
      }
    },
  }
}
