import type { Sort } from './api-types.ts'

export interface ListingPlace {
  path: string
  q?: string | undefined
  sort: Sort
  page: number
}

const SORTS: readonly string[] = ['name', 'price-asc', 'price-desc'] satisfies Sort[]

/** The link to one page of a listing; what is the default stays out of it, so that each page has one address. */
export function pageLink({ path, q, sort, page }: ListingPlace): string {
  const params = new URLSearchParams()
  if (q !== undefined) params.set('q', q)
  if (sort !== 'name') params.set('sort', sort)
  if (page > 1) params.set('page', String(page))
  const query = params.toString()
  return query === '' ? path : `${path}?${query}`
}

/** Reads a place back out of an address; anything that is not a page or a sort is the default. */
export function placeFromSearch(search: string): { q: string; sort: Sort; page: number } {
  const params = new URLSearchParams(search)
  const sort = params.get('sort') ?? ''
  const page = params.get('page') ?? ''
  return {
    q: (params.get('q') ?? '').trim(),
    sort: SORTS.includes(sort) ? (sort as Sort) : 'name',
    page: /^[1-9]\d{0,2}$/.test(page) ? Number(page) : 1,
  }
}

export type PageStep = number | 'gap'

/** The pages to offer: first, last and the neighbours of the current one, with gaps for what is left out. */
export function pageSteps(current: number, count: number): PageStep[] {
  const steps: PageStep[] = []
  let previous = 0
  for (let page = 1; page <= count; page++) {
    if (page !== 1 && page !== count && Math.abs(page - current) > 1) continue
    // A gap of one page takes the room of the page itself.
    if (page - previous === 2) steps.push(page - 1)
    else if (page - previous > 2) steps.push('gap')
    steps.push(page)
    previous = page
  }
  return steps
}
