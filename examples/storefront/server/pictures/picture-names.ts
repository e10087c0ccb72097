import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CatalogueProduct } from '../catalogue/build-catalogue.ts'
import { renderDir } from '../paths.ts'

/** The widths that every picture is made in, in pixels. The renders are 256 pixels wide, so nothing is enlarged. */
export const PICTURE_WIDTHS = [96, 160, 256] as const

/** Part of every hash: a change in how pictures are made must change their names, which browsers keep for a year. */
const RECIPE = 'webp 1'

/** What the picture of each product is called before its width: "red-apple-1f2e3d4c", by product id. */
export async function pictureBases(products: readonly CatalogueProduct[]): Promise<Map<number, string>> {
  const named = await Promise.all(
    products.map(async ({ id, slug, render }) => {
      const source = await readFile(join(renderDir, render))
      const hash = createHash('sha256').update(RECIPE).update(source).digest('hex').slice(0, 8)
      return [id, `${slug}-${hash}`] as const
    }),
  )
  return new Map(named)
}

/** The file name of one picture: "red-apple-1f2e3d4c-96.webp". */
export function pictureFile(base: string, width: number): string {
  return `${base}-${width}.webp`
}
