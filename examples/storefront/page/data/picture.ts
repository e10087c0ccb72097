/** The widths in pixels that every picture comes in, smallest first; the smallest is the one kept for offline use. */
const PICTURE_WIDTHS = [96, 160, 256] as const

type PictureWidth = (typeof PICTURE_WIDTHS)[number]

export function pictureUrl(pictureBase: string, width: PictureWidth): string {
  return `/pictures/${pictureBase}-${width}.webp`
}

export function pictureSrcset(pictureBase: string): string {
  return PICTURE_WIDTHS.map((width) => `${pictureUrl(pictureBase, width)} ${width}w`).join(', ')
}
