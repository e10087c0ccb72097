import { Link } from 'wouter-preact'
import type { Category } from '../data/api-types.ts'
import { Picture } from './picture.tsx'

export function CategoryTile({ category }: { category: Category }) {
  const { id, name, count, pictureBase } = category
  return (
    <Link href={`/c/${id}`} class="tile shelf" data-testid="category-link" data-category={id}>
      <span class="shelf-text">
        <span class="shelf-name">{name}</span>
        <span class="shelf-count">{count} pieces</span>
      </span>
      <Picture pictureBase={pictureBase} alt="" sizes="(min-width: 640px) 140px, 30vw" />
    </Link>
  )
}
