import anchor from '@lobehub/fluent-emoji-3d/assets/2693.webp'
import dolphin from '@lobehub/fluent-emoji-3d/assets/1f42c.webp'
import duck from '@lobehub/fluent-emoji-3d/assets/1f986.webp'
import jellyfish from '@lobehub/fluent-emoji-3d/assets/1fabc.webp'
import octopus from '@lobehub/fluent-emoji-3d/assets/1f419.webp'
import sailboat from '@lobehub/fluent-emoji-3d/assets/26f5.webp'
import shell from '@lobehub/fluent-emoji-3d/assets/1f41a.webp'
import tropicalFish from '@lobehub/fluent-emoji-3d/assets/1f420.webp'
import { ArrowDown, Shuffle } from 'lucide-preact'
import { useLocation } from 'wouter-preact'
import { fetchListing } from '../data/listing.ts'
import { productLink } from '../data/product-link.ts'
import { showToast } from '../data/toasts.ts'
import { PageTitle } from './page-title.tsx'

/** Bundled with the page, so that the first thing seen waits for no other answer. Placed by styles/hero.css. */
const FLOATING = [
  { name: 'dolphin', src: dolphin },
  { name: 'sailboat', src: sailboat },
  { name: 'duck', src: duck },
  { name: 'fish', src: tropicalFish },
  { name: 'octopus', src: octopus },
  { name: 'jellyfish', src: jellyfish },
  { name: 'shell', src: shell },
  { name: 'anchor', src: anchor },
]

const DEPTHS = [
  { name: 'surface', text: '0 m', degrees: '24 °C' },
  { name: 'thermocline', text: '60 m', degrees: '18 °C' },
  { name: 'deep', text: '400 m', degrees: '4 °C' },
]

export function Hero() {
  return (
    <section class="hero" aria-labelledby="hero-title">
      <div class="hero-sea" aria-hidden="true">
        <div class="hero-sun" />
        <svg class="hero-water" viewBox="0 0 1440 600" preserveAspectRatio="none" focusable="false">
          <path
            class="hero-shallow"
            d="M0 34c120-34 240-34 360 0s240 34 360 0 240-34 360 0 240 34 360 0v566H0z"
          />
          <path
            class="hero-mid"
            d="M0 190c120 30 240 30 360 0s240-30 360 0 240 30 360 0 240-30 360 0v410H0z"
          />
          <path
            class="hero-abyss"
            d="M0 370c120-30 240-30 360 0s240 30 360 0 240-30 360 0 240 30 360 0v230H0z"
          />
        </svg>
        {FLOATING.map(({ name, src }) => (
          <img
            key={name}
            class={`hero-float hero-${name}`}
            src={src}
            width={256}
            height={256}
            alt=""
            decoding="async"
          />
        ))}
        <ul class="hero-depths">
          {DEPTHS.map(({ name, text, degrees }) => (
            <li key={name} class={`hero-depth hero-depth-${name}`}>
              <span>{text}</span> {degrees}
            </li>
          ))}
        </ul>
      </div>
      <div class="container hero-text">
        <div id="hero-title">
          <PageTitle title="">
            Small things
            <br /> with depth.
          </PageTitle>
        </div>
        <p class="hero-lead">
          Tiny objects in three dimensions, from abacus to zebra. Warm on the surface, cool all the way down.
        </p>
        <p class="hero-actions">
          <a href="#shelves" class="button">
            Browse the shelves <ArrowDown aria-hidden="true" />
          </a>
          <Surprise />
        </p>
      </div>
    </section>
  )
}

function Surprise() {
  const [, navigate] = useLocation()
  async function surprise(): Promise<void> {
    const first = await fetchListing({ page: 1, sort: 'name' })
    if (!first.ok) {
      showToast('The shop is out of reach just now.', 'problem')
      return
    }
    const pages = Math.max(1, Math.ceil(first.value.total / first.value.pageSize))
    const drawn = await fetchListing({ page: 1 + Math.floor(Math.random() * pages), sort: 'name' })
    const { items } = drawn.ok ? drawn.value : first.value
    const product = items[Math.floor(Math.random() * items.length)]
    if (product) navigate(productLink(product))
  }
  return (
    <button type="button" class="button button-quiet" onClick={() => void surprise()}>
      <Shuffle aria-hidden="true" /> Surprise me
    </button>
  )
}
