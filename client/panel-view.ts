import { button, el } from './panel-dom.ts'
import { formatBytes } from './panel-format.ts'
import { PanelLegend } from './panel-legend.ts'
import { PanelList } from './panel-list.ts'
import { resizerFor } from './panel-resizer.ts'
import type { RequestRow } from './panel-row.ts'
import { summarize } from './panel-summary.ts'

export interface PanelActions {
  close(): void
  clear(): void
}

/** What is inside the panel: heading, summary, filters and list. Holds what the reader chose, not the requests. */
export class PanelView {
  readonly element: HTMLElement
  readonly #summary = el('p', { class: 'summary' })
  readonly #search = el('input', {
    type: 'search',
    placeholder: 'Filter by path or type',
    'aria-label': 'Filter by path or type',
  })
  readonly #pause = button(() => this.#togglePause(), {})
  readonly #close: HTMLButtonElement
  readonly #legend = new PanelLegend(() => this.#filter())
  readonly #list = new PanelList()
  /** Says to those who do not see the list what the filter found (WCAG 2.2, 4.1.3); the list itself changes all the time. */
  readonly #found = el('p', { class: 'spoken', role: 'status' })
  #rows: readonly RequestRow[] = []
  /** The rows as they were when the reader paused. */
  #frozen: readonly RequestRow[] | undefined

  constructor(actions: PanelActions) {
    const clear = () => {
      this.#frozen &&= []
      actions.clear()
    }
    this.#close = button(() => actions.close(), { class: 'close', 'aria-label': 'Close' }, '×')
    const title = el('h2', { id: 'title' }, el('i', { class: 'mark' }), 'Thermocline')
    this.element = el(
      'section',
      { class: 'panel', 'aria-labelledby': title.id },
      el(
        'header',
        {},
        title,
        this.#summary,
        this.#search,
        this.#pause,
        button(clear, {}, 'Clear'),
        this.#close,
      ),
      this.#legend.element,
      this.#list.element,
      this.#found,
    )
    this.element.prepend(resizerFor(this.element))
    this.#search.addEventListener('input', () => this.#filter())
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      // In a search field it empties the field first.
      if (event.target === this.#search && this.#search.value !== '') return
      event.preventDefault()
      actions.close()
    })
  }

  show(rows: readonly RequestRow[]): void {
    this.#rows = rows
    this.#render()
  }

  focus(): void {
    this.#close.focus()
  }

  #togglePause(): void {
    this.#frozen = this.#frozen ? undefined : this.#rows
    this.#render()
  }

  #filter(): void {
    const shown = this.#render()
    this.#found.textContent = `${shown} of ${(this.#frozen ?? this.#rows).length} requests shown`
  }

  /** How many are shown. */
  #render(): number {
    const rows = this.#frozen ?? this.#rows
    const summary = summarize(rows)
    this.#legend.show(summary)
    const shown = this.#list.show(rows, summary.slowestMs, (row) => this.#matches(row))
    const share = Math.round((summary.inBrowser / (summary.count || 1)) * 100)
    this.#summary.replaceChildren(
      el('b', {}, shown === summary.count ? String(shown) : `${shown} of ${summary.count}`),
      summary.count === 1 ? ' request, ' : ' requests, ',
      el('b', {}, `${share} %`),
      ' answered in the browser, ',
      el('b', {}, formatBytes(summary.savedBytes)),
      ' saved',
    )
    const lastId = this.#frozen?.at(-1)?.id ?? 0
    const fresh = this.#frozen ? this.#rows.filter(({ id }) => id > lastId).length : 0
    this.#pause.textContent = this.#frozen ? `Resume${fresh > 0 ? ` (${fresh} new)` : ''}` : 'Pause'
    return shown
  }

  #matches({ layer, path, type }: RequestRow): boolean {
    const { chosen } = this.#legend
    const wanted = this.#search.value.trim().toLowerCase()
    return (chosen.size === 0 || chosen.has(layer)) && `${path} ${type}`.toLowerCase().includes(wanted)
  }
}
