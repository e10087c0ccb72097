import type { AdminProduct } from './api-types.ts'
import { requestJson } from './request-json.ts'
import type { Result } from './result.ts'
import { sendJson } from './send-json.ts'

export interface AdminListing {
  items: AdminProduct[]
  total: number
  page: number
  pageSize: number
}

export function fetchAdminProducts(
  q: string,
  page: number,
  signal: AbortSignal,
): Promise<Result<AdminListing>> {
  const params = new URLSearchParams({ q, page: String(page) })
  return requestJson<AdminListing>(`/api/admin/products?${params}`, { signal })
}

export interface ProductChange {
  priceCents?: number
  stock?: number
}

export function changeProduct(id: number, change: ProductChange): Promise<Result<AdminProduct>> {
  return sendJson<AdminProduct>(`/api/admin/products/${id}`, { method: 'PATCH', body: change })
}
