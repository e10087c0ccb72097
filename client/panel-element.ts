import { PANEL_STYLES } from './panel-styles.ts'
import { PanelView } from './panel-view.ts'
import { RequestLog } from './request-log.ts'

const MOST_ROWS = 200
/** A list that is laid out anew for each request would slow down the very requests that it shows. */
const RENDER_EVERY_MS = 100

// There is no `HTMLElement` where pages are rendered on a server; importing must work there all the same.
const PageElement = globalThis.HTMLElement ?? Object

/**
 * `<thermocline-panel>`: the recent requests of this page with the layer that answered each, read from the browser's own
 * resource timings. Shows paths, statuses and times, never a body; keeps nothing beyond the page.
 */
export class ThermoclinePanel extends PageElement {
  static readonly observedAttributes = ['open']

  #log: RequestLog | undefined
  #view: PanelView | undefined
  #observer: PerformanceObserver | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #returnFocusTo: Element | null = null

  /** Whether the panel is shown; reflects the attribute `open`. */
  get open(): boolean {
    return this.hasAttribute('open')
  }

  set open(open: boolean) {
    this.toggleAttribute('open', open)
  }

  /** Shows the panel. Focus moves into it if the visitor asked for it just now. */
  show(): void {
    this.open = true
  }

  /** Hides the panel, gives focus back and fires `close`. */
  close(): void {
    this.open = false
  }

  connectedCallback(): void {
    if (!this.#view) this.#build()
    this.#observe()
    if (this.open) this.#opened()
  }

  disconnectedCallback(): void {
    this.#observer?.disconnect()
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (!this.#view || (before === null) === (after === null)) return
    if (after === null) {
      const focused = this.shadowRoot?.activeElement
      if (focused && this.#returnFocusTo instanceof HTMLElement) this.#returnFocusTo.focus()
      this.dispatchEvent(new Event('close'))
      return
    }
    this.#opened()
  }

  #opened(): void {
    this.#returnFocusTo = document.activeElement
    this.#render()
    // A panel that a script opens at page load must not take the focus away from what the visitor is doing.
    if (navigator.userActivation?.isActive) this.#view?.focus()
  }

  #build(): void {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(PANEL_STYLES)
    const root = this.attachShadow({ mode: 'open' })
    // Not a <style> element, which the page's content security policy might forbid.
    root.adoptedStyleSheets = [sheet]
    this.#log = new RequestLog(location.origin, MOST_ROWS)
    this.#view = new PanelView({
      close: () => this.close(),
      clear: () => {
        this.#log?.clear()
        this.#render()
      },
    })
    root.append(this.#view.element)
  }

  #observe(): void {
    // What was observed before the element was moved is in the log already.
    const buffered = this.#observer === undefined
    this.#observer ??= new PerformanceObserver((list) => {
      this.#log?.add(list.getEntries() as PerformanceResourceTiming[])
      this.#renderSoon()
    })
    this.#observer.observe({ type: 'navigation', buffered })
    this.#observer.observe({ type: 'resource', buffered })
  }

  #renderSoon(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#render()
    }, RENDER_EVERY_MS)
  }

  #render(): void {
    if (this.open) this.#view?.show(this.#log?.rows ?? [])
  }
}

/**
 * Defines the element, once; a second call does nothing. Call it in the page: where there are no custom elements it does
 * nothing either.
 * @example
 * definePanel()
 * document.body.append(document.createElement('thermocline-panel'))
 */
export function definePanel(): void {
  if (typeof customElements === 'undefined' || customElements.get('thermocline-panel')) return
  customElements.define('thermocline-panel', ThermoclinePanel)
}

declare global {
  interface HTMLElementTagNameMap {
    'thermocline-panel': ThermoclinePanel
  }
}
