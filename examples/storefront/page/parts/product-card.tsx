import { Link } from 'wouter-preact'
import type { ProductSummary } from '../data/api-types.ts'
import { formatMoney } from '../data/money.ts'
import { productLink } from '../data/product-link.ts'
import { Picture } from './picture.tsx'
import { QuickAdd } from './quick-add.tsx'
import { StockBadge } from './stock-badge.tsx'

export interface ProductCardProps {
  product: ProductSummary
  /** Loads the picture at once, for the cards that the first screen shows. */
  eager?: boolean
}

export function ProductCard({ product, eager = false }: ProductCardProps) {
  const { stock } = product
  return (
    <article
      class="card"
      data-testid="product-card"
      data-product-id={product.id}
      data-stock={stock ?? 'unknown'}
    >
      <Link href={productLink(product)} class="card-link">
        <span class="tile card-tile">
          <Picture
            pictureBase={product.pictureBase}
            alt=""
            sizes="(min-width: 1100px) 160px, (min-width: 640px) 22vw, 36vw"
            eager={eager}
          />
        </span>
        <span class="card-name">{product.name}</span>
      </Link>
      <div class="card-foot">
        <span class="card-price" data-testid="card-price">
          {formatMoney(product.priceCents)}
        </span>
        {stock !== 'sold-out' && <QuickAdd product={product} />}
      </div>
      {(stock === 'low' || stock === 'sold-out') && (
        <span class="card-badge">
          <StockBadge stock={stock} />
        </span>
      )}
    </article>
  )
}
