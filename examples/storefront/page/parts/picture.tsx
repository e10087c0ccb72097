import { ImageOff } from 'lucide-preact'
import { useState } from 'preact/hooks'
import { pictureSrcset, pictureUrl } from '../data/picture.ts'

export interface PictureProps {
  pictureBase: string
  /** What the picture shows; empty where the text beside it says so already. */
  alt: string
  /** The `sizes` of the element, in CSS lengths. */
  sizes: string
  eager?: boolean
}

/** A product's picture. Falls back to the small one that is kept for offline use, then to a sign that there is none. */
export function Picture({ pictureBase, alt, sizes, eager = false }: PictureProps) {
  const [failure, setFailure] = useState({ pictureBase, count: 0 })
  const failures = failure.pictureBase === pictureBase ? failure.count : 0
  if (failures > 1) {
    return (
      <span
        class="picture picture-missing"
        role={alt === '' ? undefined : 'img'}
        aria-label={alt === '' ? undefined : alt}
      >
        <ImageOff aria-hidden="true" />
      </span>
    )
  }
  const whole = failures === 0
  return (
    <img
      class="picture"
      key={`${pictureBase}-${failures}`}
      srcset={whole ? pictureSrcset(pictureBase) : undefined}
      sizes={whole ? sizes : undefined}
      src={pictureUrl(pictureBase, whole ? 160 : 96)}
      width={256}
      height={256}
      alt={alt}
      loading={eager ? 'eager' : 'lazy'}
      fetchpriority={eager ? 'high' : undefined}
      decoding="async"
      draggable={false}
      onError={() => setFailure({ pictureBase, count: failures + 1 })}
    />
  )
}
