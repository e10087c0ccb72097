/** What visitors are told of the stock; the exact number is for the shop alone. */
export type StockLabel = 'in-stock' | 'low' | 'sold-out'

const LOW_STOCK = 5

export function formatStock(stock: number): StockLabel {
  if (stock === 0) return 'sold-out'
  return stock <= LOW_STOCK ? 'low' : 'in-stock'
}
