import { useEffect, useState } from 'preact/hooks'
import type { ProductSummary } from '../data/api-types.ts'
import { heldSnapshot } from '../data/catalogue-snapshot.ts'
import { fetchListing } from '../data/listing.ts'
import { searchProducts } from '../data/search-products.ts'

const DEBOUNCE_MS = 140
const SHOWN = 7

/** Products for what is being typed: at once where the snapshot is in memory, else from the shop after a short pause. */
export function useSuggestions(text: string): readonly ProductSummary[] {
  const [found, setFound] = useState<readonly ProductSummary[]>([])
  const query = text.trim()

  useEffect(() => {
    if (query.length < 2) {
      setFound([])
      return undefined
    }
    const snapshot = heldSnapshot()
    const local = snapshot ? searchProducts(snapshot.products, query).slice(0, SHOWN) : []
    setFound((before) => (snapshot ? local : before))
    // The snapshot knows names only; the shop knows by what else a thing goes.
    if (local.length > 0) return undefined
    const gone = new AbortController()
    const timer = setTimeout(() => {
      void fetchListing({ q: query, page: 1, sort: 'name' }, gone.signal).then((answer) => {
        if (!gone.signal.aborted) setFound(answer.ok ? answer.value.items.slice(0, SHOWN) : [])
      })
    }, DEBOUNCE_MS)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [query])

  return found
}
