import { SHELVES, SMALL_THINGS, type Shelf } from './categories.ts'
import { GENERIC_TAGS, LEFT_OUT, LEFT_OUT_PREFIXES } from './left-out.ts'
import { describe } from './describe.ts'
import { drawFor } from './draw.ts'
import { type Emoji, readEmoji } from './emoji.ts'
import { displayName, plainName, slugOf } from './naming.ts'
import { priceOf, stockOf } from './pricing.ts'

export interface CatalogueProduct {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly categoryId: string
  readonly description: string
  readonly tags: readonly string[]
  readonly priceCents: number
  readonly stock: number
  /** The file name of its render. */
  readonly render: string
}

interface CatalogueCategory {
  readonly id: string
  readonly name: string
  readonly position: number
  /** The product whose picture stands for the category. */
  readonly coverProductId: number
}

export interface Catalogue {
  readonly categories: readonly CatalogueCategory[]
  readonly products: readonly CatalogueProduct[]
}

/** The whole assortment, worked out from the emoji data: the same on every machine and at every start. */
export async function buildCatalogue(): Promise<Catalogue> {
  const emoji = await readEmoji()
  const products: CatalogueProduct[] = []
  const categories: CatalogueCategory[] = []
  for (const [position, shelf] of SHELVES.entries()) {
    const onShelf = emoji.filter((candidate) => belongsTo(shelf, candidate))
    const first = products.length
    for (const item of onShelf) products.push(toProduct(item, shelf, products.length + 1))
    const cover = onShelf.findIndex((item) => item.label === shelf.cover)
    if (cover === -1) throw new Error(`The shelf "${shelf.id}" has no "${shelf.cover}" to put on its cover.`)
    categories.push({ id: shelf.id, name: shelf.name, position, coverProductId: first + cover + 1 })
  }
  assertDistinct(products)
  return { categories, products }
}

function belongsTo(shelf: Shelf, { label, subgroup }: Emoji): boolean {
  if (!shelf.subgroups.includes(subgroup) || LEFT_OUT.has(label)) return false
  if (LEFT_OUT_PREFIXES.some((prefix) => label.startsWith(prefix))) return false
  // The wall clocks differ in their hands only.
  return !/o’clock$|-thirty$/.test(label)
}

function toProduct(item: Emoji, shelf: Shelf, id: number): CatalogueProduct {
  const plain = plainName(item.label)
  const name = displayName(plain)
  const draw = drawFor(name)
  const tags = item.tags
    .map((tag) => tag.toLowerCase())
    .filter((tag) => /^[a-z][a-z -]{2,}$/.test(tag) && !GENERIC_TAGS.has(tag))
    .slice(0, 8)
  const priceCents = priceOf(SMALL_THINGS[item.subgroup] ?? shelf.priceRange, draw)
  return {
    id,
    slug: slugOf(name),
    name,
    categoryId: shelf.id,
    description: describe({ plain, subgroup: item.subgroup, shelfId: shelf.id, tags, priceCents }, draw),
    tags,
    priceCents,
    stock: stockOf(draw),
    render: item.render,
  }
}

function assertDistinct(products: readonly CatalogueProduct[]): void {
  const seen = new Map<string, string>()
  for (const { slug, name } of products) {
    const other = seen.get(slug)
    if (other !== undefined)
      throw new Error(`The products "${other}" and "${name}" share the address "${slug}".`)
    seen.set(slug, name)
  }
}
