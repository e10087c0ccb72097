import { Route, Switch } from 'wouter-preact'
import { Footer } from './parts/footer.tsx'
import { Header } from './parts/header.tsx'
import { lazyPage } from './parts/lazy-page.tsx'
import { LiveRegion } from './parts/live-region.tsx'
import { PanelHost } from './parts/panel-host.tsx'
import { Toasts } from './parts/toasts.tsx'
import { CategoryPage } from './pages/category-page.tsx'
import { HomePage } from './pages/home-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { ProductPage } from './pages/product-page.tsx'
import { SearchPage } from './pages/search-page.tsx'

const CartPage = lazyPage(async () => (await import('./pages/cart-page.tsx')).CartPage)
const CheckoutPage = lazyPage(async () => (await import('./pages/checkout-page.tsx')).CheckoutPage)
const LoginPage = lazyPage(async () => (await import('./pages/login-page.tsx')).LoginPage)
const AccountPage = lazyPage(async () => (await import('./pages/account-page.tsx')).AccountPage)
const AdminPage = lazyPage(async () => (await import('./pages/admin-page.tsx')).AdminPage)

export function App() {
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Switch>
          <Route path="/">
            <HomePage />
          </Route>
          <Route path="/c/:category">
            {({ category }) => <CategoryPage key={category} category={decodeURIComponent(category)} />}
          </Route>
          <Route path="/p/:product">{({ product }) => <ProductPage key={product} segment={product} />}</Route>
          <Route path="/search">
            <SearchPage />
          </Route>
          <Route path="/cart">
            <CartPage />
          </Route>
          <Route path="/checkout">
            <CheckoutPage />
          </Route>
          <Route path="/login">
            <LoginPage />
          </Route>
          <Route path="/account">
            <AccountPage />
          </Route>
          <Route path="/admin">
            <AdminPage />
          </Route>
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </main>
      <Footer />
      <Toasts />
      <LiveRegion />
      <PanelHost />
    </>
  )
}
