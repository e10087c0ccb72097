import type { Draw } from './draw.ts'
import { withArticle } from './naming.ts'
import { CLOSINGS, OPENINGS, TAG_SENTENCES } from './phrases.ts'

export interface DescribedThing {
  readonly plain: string
  readonly subgroup: string
  readonly shelfId: string
  readonly tags: readonly string[]
  readonly priceCents: number
}

/** Two or three sentences about a product, always the same for the same product. */
export function describe(thing: DescribedThing, draw: Draw): string {
  const openings = OPENINGS[thing.subgroup] ?? OPENINGS[thing.shelfId]
  if (openings === undefined)
    throw new Error(`No opening sentences are written for the shelf "${thing.shelfId}".`)
  // The dearer, the larger: 5 cm for a heart, 11 cm for a castle.
  const height = (3 + Math.sqrt(thing.priceCents / 8_900) * 8 + draw.number('height'))
    .toFixed(1)
    .replace('.0', '')
  const weight = Math.round((Number(height) * (9 + draw.number('weight') * 8)) / 5) * 5
  const opening = sentenceCase(draw.pick('opening', openings).replaceAll('{it}', withArticle(thing.plain)))
  const closing = draw
    .pick('closing', CLOSINGS)
    .replaceAll('{height}', height)
    .replaceAll('{weight}', String(weight))
  return [opening, tagSentence(thing, draw), closing].filter((sentence) => sentence !== '').join(' ')
}

function tagSentence({ plain, shelfId, tags }: DescribedThing, draw: Draw): string {
  // The tags of faces and hands are chat slang, which reads badly in a sentence.
  if (shelfId === 'feelings') return ''
  const nameWords = plain.toLowerCase().split(/[^a-z]+/)
  const telling = tags
    .filter(
      (tag) =>
        tag.length > 2 && !nameWords.some((word) => word.startsWith(tag) || tag.startsWith(word || '-')),
    )
    .slice(0, 3)
    .map((tag) => `“${tag}”`)
  const last = telling.pop()
  if (last === undefined || telling.length === 0) return ''
  return draw.pick('tags', TAG_SENTENCES).replace('{tags}', `${telling.join(', ')} or ${last}`)
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
