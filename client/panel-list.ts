import { el } from './panel-dom.ts'
import { requestElement } from './panel-request.ts'
import type { RequestRow } from './panel-row.ts'

const COLUMNS = [
  ['path', 'Request'],
  ['type', 'Type'],
  ['answer', 'Answered by'],
  ['age', 'Age'],
  ['ttl', 'Fresh for'],
  ['time', 'Time'],
  ['size', 'Size'],
] as const

/** The list of requests, newest first. An element stays as long as its row, so that what is open or focused stays so. */
export class PanelList {
  readonly element: HTMLElement
  readonly #list = el('ul', { 'aria-label': 'Requests of this page, newest first' })
  readonly #empty = el('p', { class: 'empty' })
  readonly #items = new Map<number, HTMLLIElement>()

  constructor() {
    const head = COLUMNS.map(([name, label]) => el('span', { class: name }, label))
    this.element = el(
      'div',
      { class: 'list' },
      el('div', { class: 'row head', 'aria-hidden': 'true' }, ...head),
      this.#list,
      this.#empty,
    )
  }

  /** Shows those rows of which `shown` says so; returns how many these are. The bars are drawn against `slowestMs`. */
  show(rows: readonly RequestRow[], slowestMs: number, shown: (row: RequestRow) => boolean): number {
    const kept = new Set(rows.map(({ id }) => id))
    for (const [id, item] of this.#items) {
      if (kept.has(id)) continue
      item.remove()
      this.#items.delete(id)
    }
    let count = 0
    for (const row of rows) {
      const item = this.#items.get(row.id) ?? this.#insert(row)
      item.hidden = !shown(row)
      if (!item.hidden) count += 1
    }
    this.#list.style.setProperty('--max', String(Math.sqrt(slowestMs) || 1))
    this.#empty.hidden = count > 0
    this.#empty.textContent = rows.length === 0 ? 'No requests yet.' : 'No request matches the filter.'
    return count
  }

  #insert(row: RequestRow): HTMLLIElement {
    const item = requestElement(row)
    this.#items.set(row.id, item)
    this.#list.prepend(item)
    return item
  }
}
