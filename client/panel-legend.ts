import { button, el, tint } from './panel-dom.ts'
import { LAYERS, LAYER_HINTS, LAYER_LABELS, type LayerId } from './panel-layers.ts'
import type { Summary } from './panel-summary.ts'

interface Part {
  readonly segment: HTMLElement
  readonly entry: HTMLButtonElement
  readonly count: HTMLElement
}

/** The stacked bar of who answered how much, with its legend, whose entries filter the list by layer. */
export class PanelLegend {
  readonly element: HTMLElement
  /** The layers to which the list is narrowed; all when empty. */
  readonly chosen = new Set<LayerId>()
  readonly #parts: ReadonlyMap<LayerId, Part>

  constructor(onChoose: () => void) {
    this.#parts = new Map(LAYERS.map((layer) => [layer, this.#part(layer, onChoose)]))
    const parts = [...this.#parts.values()]
    this.element = el(
      'div',
      { class: 'shares' },
      el('div', { class: 'stack', 'aria-hidden': 'true' }, ...parts.map(({ segment }) => segment)),
      el(
        'div',
        { class: 'legend', role: 'group', 'aria-label': 'Show only' },
        ...parts.map(({ entry }) => entry),
      ),
    )
  }

  show({ layers }: Summary): void {
    for (const [layer, { segment, entry, count }] of this.#parts) {
      const part = layers.find((share) => share.layer === layer)
      segment.style.flexGrow = String(part?.count ?? 0)
      segment.hidden = !part
      // A chosen one stays, or the filter could not be taken back.
      entry.hidden = !part && !this.chosen.has(layer)
      entry.setAttribute('aria-pressed', String(this.chosen.has(layer)))
      count.textContent = part ? `${part.count} (${Math.round(part.share * 100)} %)` : '0'
    }
  }

  #part(layer: LayerId, onChoose: () => void): Part {
    const count = el('span', { class: 'count' })
    const toggle = () => {
      if (!this.chosen.delete(layer)) this.chosen.add(layer)
      onChoose()
    }
    const entry = button(
      toggle,
      { title: LAYER_HINTS[layer] },
      tint(el('i', { class: 'dot' }), layer),
      `${LAYER_LABELS[layer]} `,
      count,
    )
    return { segment: tint(el('i'), layer), entry, count }
  }
}
