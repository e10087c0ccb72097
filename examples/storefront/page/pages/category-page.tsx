import { Shapes } from 'lucide-preact'
import type { ComponentChildren } from 'preact'
import { useLocation, useSearch } from 'wouter-preact'
import type { Sort } from '../data/api-types.ts'
import { categories } from '../data/categories.ts'
import { fetchListing } from '../data/listing.ts'
import { pageLink, placeFromSearch } from '../data/page-link.ts'
import { nameFromSegment } from '../data/product-link.ts'
import { useResource } from '../data/use-resource.ts'
import { ChangedNote } from '../parts/changed-note.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { LastSeenNote } from '../parts/last-seen-note.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { Pagination } from '../parts/pagination.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import { ProductGrid } from '../parts/product-grid.tsx'
import { SortSelect } from '../parts/sort-select.tsx'

export function CategoryPage({ category }: { category: string }) {
  const [path, navigate] = useLocation()
  const { sort, page } = placeFromSearch(useSearch())
  const place = { path, sort, page }
  const query = { category, page, sort }
  const params = new URLSearchParams({ category, page: String(page), sort })
  const { value, problem, loading, lastSeen, outdated, reload } = useResource(
    `/api/products?${params}`,
    (signal) => fetchListing(query, signal),
    ['listing'],
  )
  const known = categories.value?.find(({ id }) => id === category)
  const name = known?.name ?? nameFromSegment(category)

  return (
    <div class="container page">
      <div class="listing-head">
        <div>
          <PageTitle title={name}>{name}</PageTitle>
          <p class="quiet">{value ? `${value.total} pieces on this shelf` : '\u00a0'}</p>
        </div>
        <SortSelect
          sort={sort}
          onChange={(next: Sort) => navigate(pageLink({ path, sort: next, page: 1 }), { replace: true })}
        />
      </div>
      {lastSeen && value && <LastSeenNote />}
      {outdated && <ChangedNote onShow={reload} />}
      {problem?.kind === 'refused' && problem.status < 500 ? (
        <NoSuchShelf>There is no such shelf in this shop.</NoSuchShelf>
      ) : problem && !value ? (
        <ProblemState problem={problem} subject="This shelf" onRetry={reload} />
      ) : value?.items.length === 0 && !loading ? (
        <NoSuchShelf>
          {page > 1 ? 'There are fewer pages than that.' : 'There is no such shelf in this shop.'}
        </NoSuchShelf>
      ) : (
        <>
          <ProductGrid products={value?.items} count={24} busy={loading} eager={6} />
          {value && <Pagination place={place} total={value.total} pageSize={value.pageSize} />}
        </>
      )}
    </div>
  )
}

function NoSuchShelf({ children }: { children: ComponentChildren }) {
  return (
    <EmptyState
      icon={<Shapes />}
      heading="Nothing on this shelf"
      action={{ href: '/', text: 'See all the shelves' }}
    >
      {children}
    </EmptyState>
  )
}
