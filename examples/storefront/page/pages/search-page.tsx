import { Compass, SearchX } from 'lucide-preact'
import { useEffect } from 'preact/hooks'
import { useLocation, useSearch } from 'wouter-preact'
import { announce } from '../data/announce.ts'
import { fetchListing } from '../data/listing.ts'
import { pageLink, placeFromSearch } from '../data/page-link.ts'
import { useResource } from '../data/use-resource.ts'
import { ChangedNote } from '../parts/changed-note.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { LastSeenNote } from '../parts/last-seen-note.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { Pagination } from '../parts/pagination.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import { ProductGrid } from '../parts/product-grid.tsx'
import { SortSelect } from '../parts/sort-select.tsx'

export function SearchPage() {
  const { q } = placeFromSearch(useSearch())
  if (q !== '') return <SearchResults q={q} />
  return (
    <div class="container page">
      <PageTitle title="Search">Search</PageTitle>
      <EmptyState icon={<Compass />} action={{ href: '/search?q=star', text: 'Try “star”' }}>
        Write what you are looking for into the field at the top.
      </EmptyState>
    </div>
  )
}

function SearchResults({ q }: { q: string }) {
  const [path, navigate] = useLocation()
  const { sort, page } = placeFromSearch(useSearch())
  const query = { q, page, sort }
  const params = new URLSearchParams({ q, page: String(page), sort })
  const { value, problem, loading, lastSeen, outdated, reload } = useResource(
    `/api/products?${params}`,
    (signal) => fetchListing(query, signal),
    ['listing'],
  )
  const total = loading ? undefined : value?.total

  useEffect(() => {
    if (total !== undefined) announce(`${total} ${total === 1 ? 'piece' : 'pieces'} found for ${q}`)
  }, [total, q])

  return (
    <div class="container page">
      <div class="listing-head">
        <div>
          <PageTitle title={`“${q}”`}>
            <span class="title-prefix">Results for</span> “{q}”
          </PageTitle>
          <p class="quiet">
            {value ? `${value.total} ${value.total === 1 ? 'piece' : 'pieces'} found` : '\u00a0'}
          </p>
        </div>
        <SortSelect
          sort={sort}
          onChange={(next) => navigate(pageLink({ path, q, sort: next, page: 1 }), { replace: true })}
        />
      </div>
      {lastSeen && value && <LastSeenNote />}
      {outdated && <ChangedNote onShow={reload} />}
      {problem && !value ? (
        <ProblemState problem={problem} subject="Search" onRetry={reload} />
      ) : value?.items.length === 0 && !loading ? (
        <EmptyState
          icon={<SearchX />}
          heading="Nothing surfaced"
          action={{ href: '/', text: 'See all the shelves' }}
        >
          No piece goes by “{q}”. Fewer or shorter words find more.
        </EmptyState>
      ) : (
        <>
          <ProductGrid
            products={value?.items}
            count={24}
            busy={loading}
            itemTestId="search-result"
            eager={6}
          />
          {value && (
            <Pagination place={{ path, q, sort, page }} total={value.total} pageSize={value.pageSize} />
          )}
        </>
      )}
    </div>
  )
}
