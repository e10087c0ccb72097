import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { CatalogueProduct } from '../catalogue/build-catalogue.ts'
import { picturesDir, renderDir } from '../paths.ts'
import { PICTURE_WIDTHS, pictureBases, pictureFile } from './picture-names.ts'

export interface PictureReport {
  readonly made: number
  readonly present: number
}

interface Job {
  readonly render: string
  readonly base: string
  readonly widths: readonly number[]
}

/** Makes the pictures that are missing; `onProgress` hears of every product that is done. */
export async function makePictures(
  products: readonly CatalogueProduct[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<PictureReport> {
  await mkdir(picturesDir, { recursive: true })
  const [bases, present] = await Promise.all([pictureBases(products), readdir(picturesDir)])
  const existing = new Set(present)
  const jobs = products.flatMap(({ id, render }): Job[] => {
    const base = bases.get(id) ?? ''
    const widths = PICTURE_WIDTHS.filter((width) => !existing.has(pictureFile(base, width)))
    return widths.length === 0 ? [] : [{ render, base, widths }]
  })
  let done = 0
  const queue = jobs.values()
  const work = async (): Promise<void> => {
    for (const job of queue) {
      await makeOne(job)
      onProgress(++done, jobs.length)
    }
  }
  // One picture is too small to be shared among threads: each lane works on its own.
  sharp.concurrency(1)
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work))
  const made = jobs.reduce((sum, { widths }) => sum + widths.length, 0)
  return { made, present: products.length * PICTURE_WIDTHS.length - made }
}

async function makeOne({ render, base, widths }: Job): Promise<void> {
  const source = join(renderDir, render)
  const size = await sharp(source).metadata()
  for (const width of widths) {
    const file = join(picturesDir, pictureFile(base, width))
    // Two processes may make the same picture; each renames a whole file into place.
    const unfinished = `${file}.${process.pid}`
    if (size.width === width && size.height === width) await copyFile(source, unfinished)
    else await writeFile(unfinished, await resized(source, width))
    await rename(unfinished, file)
  }
}

async function resized(source: string, width: number): Promise<Buffer> {
  return sharp(source)
    .resize(width, width, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .webp({ quality: 84, alphaQuality: 90, effort: 4 })
    .toBuffer()
}
