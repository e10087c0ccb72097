import { Search, SearchX, ShieldAlert } from 'lucide-preact'
import { useEffect, useState } from 'preact/hooks'
import { Redirect, useLocation, useSearch } from 'wouter-preact'
import { fetchAdminProducts } from '../data/admin-products.ts'
import { pageLink, placeFromSearch } from '../data/page-link.ts'
import { session } from '../data/session.ts'
import { useResource } from '../data/use-resource.ts'
import { AdminRow } from '../parts/admin-row.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { Pagination } from '../parts/pagination.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import './admin-page.css'

const DEBOUNCE_MS = 200

export function AdminPage() {
  const who = session.value
  if (who.state === 'known' && !who.user) return <Redirect to="/login?next=/admin" replace />
  return (
    <div class="container page">
      <PageTitle title="Prices and stock">Prices and stock</PageTitle>
      {who.state === 'known' && who.user?.role !== 'admin' ? (
        <EmptyState
          icon={<ShieldAlert />}
          heading="Crew only"
          action={{ href: '/', text: 'Back to the shop' }}
        >
          This account may not change prices and stock.
        </EmptyState>
      ) : (
        <AdminProducts />
      )}
    </div>
  )
}

function AdminProducts() {
  const [path] = useLocation()
  const { q, page } = placeFromSearch(useSearch())
  const { value, problem, loading, reload } = useResource(`admin ${page} ${q}`, (signal) =>
    fetchAdminProducts(q, page, signal),
  )

  if (problem && !value) return <ProblemState problem={problem} subject="The back room" onRetry={reload} />
  return (
    <>
      <div class="admin-bar">
        <AdminSearch q={q} />
        <output class="quiet">
          {value ? `${value.total} ${value.total === 1 ? 'piece' : 'pieces'}` : '\u00a0'}
        </output>
      </div>
      {value?.items.length === 0 && !loading ? (
        <EmptyState icon={<SearchX />}>Nothing goes by “{q}”.</EmptyState>
      ) : (
        <ul class="admin-rows" aria-busy={loading} aria-label="Products">
          <li class="admin-heads" aria-hidden="true">
            <span>Piece</span>
            <span>Price €</span>
            <span>Stock</span>
          </li>
          {value?.items.map((product) => (
            <AdminRow key={`${product.id} ${product.priceCents} ${product.stockCount}`} product={product} />
          ))}
        </ul>
      )}
      {value && (
        <Pagination
          place={{ path, q: q === '' ? undefined : q, sort: 'name', page }}
          total={value.total}
          pageSize={value.pageSize}
        />
      )}
    </>
  )
}

function AdminSearch({ q }: { q: string }) {
  const [path, navigate] = useLocation()
  const [text, setText] = useState(q)

  useEffect(() => {
    const wanted = text.trim()
    if (wanted === q) return undefined
    const timer = setTimeout(() => {
      navigate(pageLink({ path, q: wanted === '' ? undefined : wanted, sort: 'name', page: 1 }), {
        replace: true,
      })
    }, DEBOUNCE_MS)
    return () => clearTimeout(timer)
    // An address that changes by itself (back, a page link) must not be undone by what the field still says.
  }, [text])

  useEffect(() => setText((before) => (before.trim() === q ? before : q)), [q])

  return (
    <label class="search admin-search">
      <Search class="search-icon" aria-hidden="true" />
      <input
        type="search"
        data-testid="admin-search"
        aria-label="Find a product"
        placeholder="Find a product"
        maxLength={100}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </label>
  )
}
