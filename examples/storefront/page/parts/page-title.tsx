import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useLocation, useSearch } from 'wouter-preact'
import { placeFromSearch } from '../data/page-link.ts'

const SHOP = 'Fathom'
let focusedPlace: string | undefined
let wentBack = false

addEventListener('popstate', () => {
  wentBack = true
})
// The router tells of each address that it makes; one before it may have been a link within the page.
addEventListener('pushState', () => {
  wentBack = false
})

export interface PageTitleProps {
  /** What the browser's tab shows, before the shop's name. */
  title: string
  children: ComponentChildren
}

/** The page's h1. Sets the tab's title, and takes the focus when the route has changed, so that reading starts here. */
export function PageTitle({ title, children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [path] = useLocation()
  const { page } = placeFromSearch(useSearch())
  // A new sort order or search text is the same place: the focus stays on the field that changed it.
  const place = `${path}?${page}`

  useEffect(() => {
    document.title = title === '' ? `${SHOP} · tiny 3D objects` : `${title} · ${SHOP}`
  }, [title])

  useEffect(() => {
    const first = focusedPlace === undefined
    if (focusedPlace === place) return
    focusedPlace = place
    if (first) return
    heading.current?.focus({ preventScroll: true })
    // Going back, the browser restores where the visitor was.
    if (!wentBack) scrollTo({ top: 0, behavior: 'instant' })
  }, [place])

  return (
    <h1 class="page-title" tabIndex={-1} ref={heading}>
      {children}
    </h1>
  )
}
