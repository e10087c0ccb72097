/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role, jsx-a11y/click-events-have-key-events --
 * A combobox keeps the focus and the keys in its field; no tag has a list of options with pictures. */
import { Search } from 'lucide-preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation, useSearch } from 'wouter-preact'
import { formatMoney } from '../data/money.ts'
import { pageLink, placeFromSearch } from '../data/page-link.ts'
import { productLink } from '../data/product-link.ts'
import { Picture } from './picture.tsx'
import { useSuggestions } from './use-suggestions.ts'

const LIST_ID = 'search-suggestions'

/** The search field with suggestions: a combobox with a list, by the ARIA Authoring Practices. */
export function SearchBox() {
  const [path, navigate] = useLocation()
  const search = useSearch()
  const searched = path === '/search' ? placeFromSearch(search).q : ''
  const [text, setText] = useState(searched)
  const [open, setOpen] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const suggestions = useSuggestions(open ? text : '')
  const shown = open && suggestions.length > 0
  // A choice belongs to the list it was made from: a new list begins with none.
  const [choice, setChoice] = useState({ suggestions, index: -1 })
  const active = choice.suggestions === suggestions ? choice.index : -1

  useEffect(() => {
    setText(searched)
    setOpen(false)
  }, [path, searched])

  function close(): void {
    setOpen(false)
    setChoice({ suggestions, index: -1 })
  }

  function goTo(href: string): void {
    close()
    navigate(href)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      if (shown) close()
      else setText('')
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const count = suggestions.length + 1
      const step = event.key === 'ArrowDown' ? 1 : -1
      // One place more than there are suggestions: the field itself.
      setChoice({ suggestions, index: ((active + 1 + step + count) % count) - 1 })
    }
  }

  function onSubmit(event: Event): void {
    event.preventDefault()
    const chosen = shown ? suggestions[active] : undefined
    const q = text.trim()
    if (chosen) goTo(productLink(chosen))
    else if (q !== '') goTo(pageLink({ path: '/search', q, sort: 'name', page: 1 }))
  }

  return (
    <search class="search">
      <form action="/search" onSubmit={onSubmit}>
        <Search class="search-icon" aria-hidden="true" />
        <input
          ref={input}
          type="search"
          name="q"
          maxLength={100}
          placeholder="Search the shelves"
          aria-label="Search the shelves"
          data-testid="search-input"
          autocomplete="off"
          enterkeyhint="search"
          role="combobox"
          aria-expanded={shown}
          aria-controls={LIST_ID}
          aria-autocomplete="list"
          aria-activedescendant={shown && active >= 0 ? `${LIST_ID}-${active}` : undefined}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value)
            setOpen(true)
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
        <ul class="suggestions" id={LIST_ID} role="listbox" aria-label="Suggestions" hidden={!shown}>
          {shown &&
            suggestions.map((product, index) => (
              <li
                key={product.id}
                id={`${LIST_ID}-${index}`}
                class="suggestion"
                role="option"
                aria-selected={index === active}
                data-testid="search-suggestion"
                // The field keeps the focus, or its blur would close the list before the click.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => goTo(productLink(product))}
              >
                <span class="tile">
                  <Picture pictureBase={product.pictureBase} alt="" sizes="32px" />
                </span>
                <span class="suggestion-name">{product.name}</span>
                <span class="suggestion-price">{formatMoney(product.priceCents)}</span>
              </li>
            ))}
        </ul>
      </form>
    </search>
  )
}
