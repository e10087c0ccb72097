import { ShoppingBag, SlidersHorizontal, User } from 'lucide-preact'
import { Link, useLocation } from 'wouter-preact'
import { cartCount } from '../data/cart.ts'
import { session, user } from '../data/session.ts'
import { CategoryNav } from './category-nav.tsx'
import { Logo } from './logo.tsx'
import { OfflineChip } from './offline-chip.tsx'
import { SearchBox } from './search-box.tsx'
import { ThemeToggle } from './theme-toggle.tsx'

export function Header() {
  const [path] = useLocation()
  const signedIn = user.value
  const count = cartCount.value
  return (
    <header class="header">
      <div class="container header-row">
        <Link href="/" class="brand" aria-label="Fathom, home">
          <Logo />
          <span>Fathom</span>
        </Link>
        <SearchBox />
        <OfflineChip />
        <div class="header-actions">
          <ThemeToggle />
          {signedIn?.role === 'admin' && (
            <Link href="/admin" class="icon-button" aria-label="Admin: prices and stock" title="Admin">
              <SlidersHorizontal aria-hidden="true" />
            </Link>
          )}
          <AccountLink />
          <Link
            href="/cart"
            class="header-link"
            aria-label={`Cart, ${count} ${count === 1 ? 'piece' : 'pieces'}`}
            aria-current={path === '/cart' ? 'page' : undefined}
          >
            <ShoppingBag aria-hidden="true" />
            <span class="header-link-text">Cart</span>
            <span class="cart-count" data-testid="cart-count" data-empty={count === 0}>
              {count}
            </span>
          </Link>
        </div>
      </div>
      {path !== '/' && <CategoryNav />}
    </header>
  )
}

function AccountLink() {
  const signedIn = user.value
  // Out of reach, nobody knows who is signed in; the account page shows what the browser still holds.
  const text = signedIn?.name ?? (session.value.state === 'unreachable' ? 'Account' : 'Sign in')
  return (
    <Link
      href={text === 'Sign in' ? '/login' : '/account'}
      class="header-link"
      aria-label={signedIn ? `${text}, account` : text}
    >
      <User aria-hidden="true" />
      <span class="header-link-text">{text}</span>
    </Link>
  )
}
