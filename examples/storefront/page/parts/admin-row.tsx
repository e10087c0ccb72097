import { Check, LoaderCircle } from 'lucide-preact'
import { useState } from 'preact/hooks'
import { Link } from 'wouter-preact'
import { changeProduct, type ProductChange } from '../data/admin-products.ts'
import { announce } from '../data/announce.ts'
import type { AdminProduct } from '../data/api-types.ts'
import { describeProblem } from '../data/describe-problem.ts'
import { centsToInput, parseEuros } from '../data/money.ts'
import { parseStock } from '../data/parse-stock.ts'
import { productLink } from '../data/product-link.ts'
import { Field } from './field.tsx'
import { Picture } from './picture.tsx'

type Saving =
  | { state: 'idle' }
  | { state: 'saving' }
  | { state: 'saved' }
  | { state: 'failed'; message: string }

/** One product with its price and stock to edit. What was typed stays as it is until the server has said yes or no. */
export function AdminRow({ product: loaded }: { product: AdminProduct }) {
  const [product, setProduct] = useState(loaded)
  const [price, setPrice] = useState(centsToInput(loaded.priceCents))
  const [stock, setStock] = useState(String(loaded.stockCount))
  const [saving, setSaving] = useState<Saving>({ state: 'idle' })
  const parsedPrice = parseEuros(price)
  const parsedStock = parseStock(stock)
  const change = changeOf(product, parsedPrice, parsedStock)
  const dirty = Object.keys(change).length > 0 || !parsedPrice.ok || !parsedStock.ok

  function edit(set: (text: string) => void, text: string): void {
    set(text)
    if (saving.state !== 'saving') setSaving({ state: 'idle' })
  }

  async function save(event: Event): Promise<void> {
    event.preventDefault()
    if (saving.state === 'saving' || !parsedPrice.ok || !parsedStock.ok || !dirty) return
    setSaving({ state: 'saving' })
    const answer = await changeProduct(product.id, change)
    if (!answer.ok) {
      setSaving({ state: 'failed', message: `Not saved. ${describeProblem(answer.problem)}` })
      return
    }
    setProduct({ ...product, priceCents: parsedPrice.cents, stockCount: parsedStock.count })
    setPrice(centsToInput(parsedPrice.cents))
    setSaving({ state: 'saved' })
    announce(`${product.name} saved`)
  }

  return (
    <li class="admin-row" data-testid="admin-row" data-product-id={product.id} data-state={saving.state}>
      <form noValidate onSubmit={(event) => void save(event)}>
        <span class="tile">
          <Picture pictureBase={product.pictureBase} alt="" sizes="44px" />
        </span>
        <span class="admin-name">
          <Link href={productLink(product)}>{product.name}</Link>
          <span class="quiet small">No. {product.id}</span>
        </span>
        <Field
          label="Price €"
          aria-label={`Price € of ${product.name}`}
          inputMode="decimal"
          autocomplete="off"
          data-testid="admin-price"
          value={price}
          error={parsedPrice.ok ? undefined : parsedPrice.message}
          onInput={(event) => edit(setPrice, event.currentTarget.value)}
        />
        <Field
          label="Stock"
          aria-label={`Stock of ${product.name}`}
          inputMode="numeric"
          autocomplete="off"
          data-testid="admin-stock"
          value={stock}
          error={parsedStock.ok ? undefined : parsedStock.message}
          onInput={(event) => edit(setStock, event.currentTarget.value)}
        />
        <button
          type="submit"
          class="button button-small"
          data-testid="admin-save"
          disabled={!dirty || !parsedPrice.ok || !parsedStock.ok}
          aria-disabled={saving.state === 'saving'}
        >
          <SaveLabel saving={saving} />
        </button>
        {saving.state === 'failed' && (
          <p class="field-error admin-problem" role="alert">
            {saving.message}
          </p>
        )}
      </form>
    </li>
  )
}

function SaveLabel({ saving }: { saving: Saving }) {
  if (saving.state === 'saving') {
    return (
      <>
        <LoaderCircle class="spinning" aria-hidden="true" /> Saving
      </>
    )
  }
  if (saving.state === 'saved') {
    return (
      <>
        <Check aria-hidden="true" /> Saved
      </>
    )
  }
  return <>Save</>
}

function changeOf(
  product: AdminProduct,
  price: ReturnType<typeof parseEuros>,
  stock: ReturnType<typeof parseStock>,
): ProductChange {
  return {
    ...(price.ok && price.cents !== product.priceCents ? { priceCents: price.cents } : {}),
    ...(stock.ok && stock.count !== product.stockCount ? { stock: stock.count } : {}),
  }
}
