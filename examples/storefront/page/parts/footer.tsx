import { Layers } from 'lucide-preact'
import { Link } from 'wouter-preact'
import { categories } from '../data/categories.ts'
import { openPanel } from '../data/panel.ts'
import { Logo } from './logo.tsx'
import { StatusLine } from './status-line.tsx'
import { Waves } from './waves.tsx'

export function Footer() {
  return (
    <footer class="footer">
      <Waves class="footer-wave" />
      <div class="footer-body deep">
        <div class="container footer-grid">
          <div>
            <p class="footer-brand">
              <Logo /> Fathom
            </p>
            <p class="footer-note">
              The demo shop of Thermocline, a caching toolkit. Nothing here is really for sale. Pictures:{' '}
              <a href="https://github.com/microsoft/fluentui-emoji" rel="noreferrer">
                Fluent Emoji
              </a>{' '}
              by Microsoft, MIT licence.
            </p>
          </div>
          <nav aria-label="All shelves">
            <ul class="footer-links">
              {categories.value?.map(({ id, name }) => (
                <li key={id}>
                  <Link href={`/c/${id}`}>{name}</Link>
                </li>
              ))}
            </ul>
          </nav>
        </div>
        <div class="container footer-base">
          <StatusLine />
          <button
            type="button"
            class="button button-small button-quiet"
            data-testid="open-panel"
            onClick={openPanel}
          >
            <Layers aria-hidden="true" /> Cache trace <kbd>Alt T</kbd>
          </button>
        </div>
      </div>
    </footer>
  )
}
