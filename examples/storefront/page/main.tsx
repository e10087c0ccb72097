import { render } from 'preact'
import './styles/index.css'
import { App } from './app.tsx'
import { loadCart } from './data/cart.ts'
import { loadCategories } from './data/categories.ts'
import { watchConnection } from './data/connection.ts'
import { followShop } from './data/invalidations.ts'
import { keepOfflineCopy } from './data/offline-copy.ts'
import { watchForPanel } from './data/panel.ts'
import { refreshSession } from './data/session.ts'
import { loadShopStatus } from './data/shop-status.ts'
import { watchOtherTabs } from './data/sign-in.ts'
import { startWorker } from './data/worker.ts'

const root = document.getElementById('app')
if (root) render(<App />, root)

void loadCategories()
void refreshSession()
void loadCart()
void loadShopStatus()
watchConnection(loadShopStatus)
watchOtherTabs()
watchForPanel()

if (import.meta.env.PROD) {
  void startWorker().then(() => Promise.all([followShop(), keepOfflineCopy()]))
}
