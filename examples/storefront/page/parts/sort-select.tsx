import { ChevronDown } from 'lucide-preact'
import type { Sort } from '../data/api-types.ts'

export interface SortSelectProps {
  sort: Sort
  /** What the default order is called: by name on a shelf, by fit in a search. */
  defaultText?: string
  onChange: (sort: Sort) => void
}

export function SortSelect({ sort, defaultText = 'Name', onChange }: SortSelectProps) {
  return (
    <label class="sort">
      <span>Sort by</span>
      <span class="select">
        <select
          data-testid="sort"
          value={sort}
          onChange={(event) => onChange(event.currentTarget.value as Sort)}
        >
          <option value="name">{defaultText}</option>
          <option value="price-asc">Price, low to high</option>
          <option value="price-desc">Price, high to low</option>
        </select>
        <ChevronDown aria-hidden="true" />
      </span>
    </label>
  )
}
