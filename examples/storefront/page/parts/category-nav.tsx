import { useEffect, useRef } from 'preact/hooks'
import { Link, useLocation } from 'wouter-preact'
import { categories } from '../data/categories.ts'

/** The shelves in one row that scrolls sideways where it must. */
export function CategoryNav() {
  const [path] = useLocation()
  const list = useRef<HTMLUListElement>(null)
  const known = categories.value

  useEffect(() => {
    if (!list.current) return
    const current = list.current.querySelector<HTMLElement>('[aria-current]')
    // Only the row is scrolled; scrollIntoView would move the page as well.
    list.current.scrollLeft = current ? current.offsetLeft - list.current.clientWidth / 3 : 0
  }, [path, known])

  return (
    <nav class="category-nav" aria-label="Shelves">
      <ul ref={list}>
        {known?.map(({ id, name }) => (
          <li key={id}>
            <Link href={`/c/${id}`} aria-current={path === `/c/${id}` ? 'page' : undefined}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
