import { ChevronLeft, ChevronRight } from 'lucide-preact'
import { Link } from 'wouter-preact'
import { type ListingPlace, pageLink, pageSteps } from '../data/page-link.ts'

export interface PaginationProps {
  place: ListingPlace
  total: number
  pageSize: number
}

export function Pagination({ place, total, pageSize }: PaginationProps) {
  const count = Math.ceil(total / pageSize)
  if (count < 2) return null
  const { page } = place
  const to = (target: number): string => pageLink({ ...place, page: target })
  return (
    <nav class="pagination" aria-label="Pages">
      {page > 1 && (
        <Link href={to(page - 1)} class="page-step page-turn" data-testid="page-previous">
          <ChevronLeft aria-hidden="true" /> <span>Previous</span>
        </Link>
      )}
      <ol>
        {pageSteps(page, count).map((step, index) => (
          <li key={step === 'gap' ? `gap-${index}` : step}>
            {step === 'gap' ? (
              <span class="page-gap" aria-hidden="true">
                …
              </span>
            ) : (
              <Link
                href={to(step)}
                class="page-step"
                aria-label={`Page ${step}`}
                aria-current={step === page ? 'page' : undefined}
              >
                {step}
              </Link>
            )}
          </li>
        ))}
      </ol>
      {page < count && (
        <Link href={to(page + 1)} class="page-step page-turn" data-testid="page-next">
          <span>Next</span> <ChevronRight aria-hidden="true" />
        </Link>
      )}
    </nav>
  )
}
