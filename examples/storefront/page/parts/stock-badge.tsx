import type { StockState } from '../data/api-types.ts'

const TEXTS = { 'in-stock': 'In stock', low: 'Only a few left', 'sold-out': 'Sold out' } as const

export interface StockBadgeProps {
  /** Missing where only the offline snapshot knows the product. */
  stock: StockState | undefined
  testId?: string
}

export function StockBadge({ stock, testId }: StockBadgeProps) {
  return (
    <span class={`badge badge-${stock ?? 'unknown'}`} data-testid={testId} data-stock={stock ?? 'unknown'}>
      {stock ? TEXTS[stock] : 'Stock not known offline'}
    </span>
  )
}
