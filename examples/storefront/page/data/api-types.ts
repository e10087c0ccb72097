export type StockState = 'in-stock' | 'low' | 'sold-out'

export interface Category {
  id: string
  name: string
  count: number
  pictureBase: string
}

/** What a product card needs; `stock` is missing where only the offline snapshot knows the product. */
export interface ProductSummary {
  id: number
  slug: string
  name: string
  categoryId: string
  priceCents: number
  pictureBase: string
  stock?: StockState
}

export interface Product extends ProductSummary {
  categoryName: string
  description: string
  tags: string[]
  currency: string
}

export type Sort = 'name' | 'price-asc' | 'price-desc'

export interface ListingQuery {
  category?: string
  q?: string
  page: number
  sort: Sort
}

export interface Listing {
  items: ProductSummary[]
  total: number
  page: number
  pageSize: number
}

export interface User {
  name: string
  email: string
  role: 'customer' | 'admin'
}

export interface CartLine {
  product: ProductSummary
  quantity: number
}

export interface Cart {
  lines: CartLine[]
  totalCents: number
}

export interface Address {
  name: string
  street: string
  postcode: string
  city: string
  country: string
}

interface OrderLine {
  productId: number
  slug: string
  name: string
  pictureBase: string
  quantity: number
  priceCents: number
}

export interface Order {
  id: string
  placedAt: string
  totalCents: number
  lines: OrderLine[]
}

export interface Account {
  user: User
  orders: Order[]
  address: Address | null
}

export interface AdminProduct extends ProductSummary {
  stockCount: number
}

export interface ShopStatus {
  instance: string
  database: string
  redis: string
  instances: number
  version: string
}
