import { Anchor } from 'lucide-preact'
import { EmptyState } from '../parts/empty-state.tsx'
import { PageTitle } from '../parts/page-title.tsx'

export function NotFoundPage() {
  return (
    <div class="container page page-centered">
      <PageTitle title="Not found">Nothing at this depth</PageTitle>
      <EmptyState icon={<Anchor />} action={{ href: '/', text: 'Back to the surface' }}>
        This address leads nowhere in the shop.
      </EmptyState>
    </div>
  )
}
