import { PackageX } from 'lucide-preact'
import { Link } from 'wouter-preact'
import type { Product } from '../data/api-types.ts'
import { formatMoney } from '../data/money.ts'
import { fetchProduct, fetchRelated } from '../data/product.ts'
import { nameFromSegment, productIdFrom } from '../data/product-link.ts'
import { useResource } from '../data/use-resource.ts'
import { ChangedNote } from '../parts/changed-note.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { LastSeenNote } from '../parts/last-seen-note.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { Picture } from '../parts/picture.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import { ProductGrid } from '../parts/product-grid.tsx'
import { PurchaseForm } from '../parts/purchase-form.tsx'
import { StockBadge } from '../parts/stock-badge.tsx'
import { NotFoundPage } from './not-found-page.tsx'

const RELATED = 6

export function ProductPage({ segment }: { segment: string }) {
  const id = productIdFrom(segment)
  return id === undefined ? <NotFoundPage /> : <KnownProduct id={id} segment={segment} />
}

function KnownProduct({ id, segment }: { id: number; segment: string }) {
  const {
    value: product,
    problem,
    lastSeen,
    outdated,
    reload,
  } = useResource(`/api/products/${id}`, (signal) => fetchProduct(id, signal), [`product-${id}`])
  const name = product?.name ?? nameFromSegment(segment)
  if (problem && !product) {
    return (
      <div class="container page">
        <PageTitle title={name}>{name}</PageTitle>
        {problem.kind === 'refused' && problem.status === 404 ? (
          <EmptyState
            icon={<PackageX />}
            heading="Not in this shop"
            action={{ href: '/', text: 'See all the shelves' }}
          >
            There is no such piece, or there is none any more.
          </EmptyState>
        ) : (
          <ProblemState problem={problem} subject="This piece" onRetry={reload} />
        )}
      </div>
    )
  }
  return (
    <div class="container page">
      <nav class="breadcrumbs" aria-label="Breadcrumbs">
        <ol>
          <li>
            <Link href="/">Shop</Link>
          </li>
          <li>
            {product ? <Link href={`/c/${product.categoryId}`}>{product.categoryName}</Link> : '\u00a0'}
          </li>
        </ol>
      </nav>
      <article class="product" aria-busy={!product}>
        <div class="tile product-stage">
          {product && (
            <Picture
              pictureBase={product.pictureBase}
              alt={product.name}
              sizes="(min-width: 900px) 360px, 62vw"
              eager
            />
          )}
        </div>
        <div class="product-text">
          <PageTitle title={name}>{name}</PageTitle>
          {product ? (
            <>
              {outdated && <ChangedNote onShow={reload} />}
              <ProductFacts product={product} lastSeen={lastSeen} />
            </>
          ) : (
            <div aria-hidden="true">
              <span class="skeleton-line skeleton-short" />
              <span class="skeleton-line" />
              <span class="skeleton-line" />
            </div>
          )}
        </div>
      </article>
      {product && <Related product={product} />}
    </div>
  )
}

function ProductFacts({ product, lastSeen }: { product: Product; lastSeen: boolean }) {
  return (
    <>
      <p class="product-offer">
        <strong class="product-price" data-testid="product-price" data-cents={product.priceCents}>
          {formatMoney(product.priceCents, product.currency)}
        </strong>
        <StockBadge stock={product.stock} testId="product-stock" />
      </p>
      {lastSeen && <LastSeenNote />}
      {product.description !== '' && <p class="product-description">{product.description}</p>}
      <PurchaseForm product={product} />
      {product.tags.length > 0 && (
        <div class="product-tags">
          <h2 id="tags-title">More like this</h2>
          <ul class="tags" aria-labelledby="tags-title">
            {product.tags.map((tag) => (
              <li key={tag}>
                <Link href={`/search?q=${encodeURIComponent(tag)}`} class="tag">
                  {tag}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}

function Related({ product }: { product: Product }) {
  const { value, problem } = useResource(`related-${product.id}`, (signal) =>
    fetchRelated(product, RELATED, signal),
  )
  if (problem || value?.length === 0) return null
  return (
    <section class="related" aria-labelledby="related-title">
      <div class="section-head">
        <h2 id="related-title">From the same shelf</h2>
        <p>
          <Link href={`/c/${product.categoryId}`}>All of {product.categoryName}</Link>
        </p>
      </div>
      <ProductGrid products={value} count={RELATED} />
    </section>
  )
}
