import { TriangleAlert } from 'lucide-preact'
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { EmptyState } from './empty-state.tsx'

/** A page whose code is loaded when it is first shown. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | undefined
  return function LazyPage() {
    const [Page, setPage] = useState(() => loaded)
    const [failed, setFailed] = useState(false)
    useEffect(() => {
      if (loaded) return
      load().then(
        (page) => {
          loaded = page
          setPage(() => page)
        },
        () => setFailed(true),
      )
    }, [])
    if (Page) return <Page />
    if (!failed) return <div class="container page-waiting" aria-busy="true" />
    return (
      <div class="container" role="alert">
        <EmptyState
          icon={<TriangleAlert />}
          heading="This page could not be loaded"
          action={{ onClick: () => location.reload(), text: 'Reload' }}
        >
          The shop is out of reach, or has been renewed since this tab was opened.
        </EmptyState>
      </div>
    )
  }
}
