import { Link } from 'wouter-preact'
import { categories, categoriesProblem, loadCategories } from '../data/categories.ts'
import type { Sort } from '../data/api-types.ts'
import { fetchListing } from '../data/listing.ts'
import { useResource } from '../data/use-resource.ts'
import { CategoryTile } from '../parts/category-tile.tsx'
import { Hero } from '../parts/hero.tsx'
import { LastSeenNote } from '../parts/last-seen-note.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import { ProductGrid } from '../parts/product-grid.tsx'
import { Waves } from '../parts/waves.tsx'

const ROW = 6
const SHELF_COUNT = 12

export function HomePage() {
  return (
    <>
      <Hero />
      <Shelves />
      <section class="container home-row" aria-labelledby="pocket-change">
        <div class="section-head">
          <h2 id="pocket-change">Pocket change</h2>
          <p>Small prices from the warm, bright surface.</p>
        </div>
        <ProductRow sort="price-asc" />
      </section>
      <section class="home-deep" aria-labelledby="deep-treasure">
        <Waves class="home-deep-wave" />
        <div class="deep home-deep-body">
          <div class="container">
            <div class="section-head">
              <h2 id="deep-treasure">Treasure from the deep</h2>
              <p>The grandest pieces in the shop. They took a while to bring up.</p>
            </div>
            <ProductRow sort="price-desc" />
          </div>
        </div>
      </section>
    </>
  )
}

function Shelves() {
  const known = categories.value
  const problem = categoriesProblem.value
  return (
    <section class="container home-shelves" id="shelves" aria-labelledby="shelves-title">
      <div class="section-head">
        <h2 id="shelves-title">The shelves</h2>
        <p>
          Or look for something on purpose: <Link href="/search?q=whale">a whale</Link>,{' '}
          <Link href="/search?q=cake">cake</Link>, <Link href="/search?q=red">anything red</Link>.
        </p>
      </div>
      {!known && problem ? (
        <ProblemState problem={problem} subject="The shop" onRetry={() => void loadCategories()} />
      ) : (
        <ul class="shelf-grid" aria-busy={!known}>
          {known?.map((category) => (
            <li key={category.id}>
              <CategoryTile category={category} />
            </li>
          )) ??
            Array.from({ length: SHELF_COUNT }, (_, index) => (
              <li key={`empty-${index}`} class="tile shelf shelf-skeleton" aria-hidden="true" />
            ))}
        </ul>
      )}
    </section>
  )
}

function ProductRow({ sort }: { sort: Sort }) {
  const query = { page: 1, sort }
  const { value, problem, lastSeen } = useResource(`/api/products?page=1&sort=${sort}`, (signal) =>
    fetchListing(query, signal),
  )
  if (problem && !value) return <p class="quiet">These shelves are out of reach just now.</p>
  return (
    <>
      {lastSeen && <LastSeenNote />}
      <ProductGrid
        products={value?.items.filter(({ stock }) => stock !== 'sold-out').slice(0, ROW)}
        count={ROW}
      />
    </>
  )
}
