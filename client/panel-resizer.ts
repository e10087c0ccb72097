import { el } from './panel-dom.ts'

const STEPS_PX: Readonly<Record<string, number>> = { ArrowUp: 40, ArrowDown: -40 }
const LEAST_PX = 160
/** Of the window's height. */
const MOST = 0.9

/** The panel's upper edge, by which pointer and arrow keys change its height. */
export function resizerFor(panel: HTMLElement): HTMLElement {
  const handle = el('div', {
    class: 'resizer',
    role: 'separator',
    tabindex: '0',
    'aria-orientation': 'horizontal',
    'aria-label': 'Height of the panel',
    // In percent of the window.
    'aria-valuemin': '0',
    'aria-valuemax': String(MOST * 100),
  })
  const resize = (wantedPx: number) => {
    const heightPx = Math.max(LEAST_PX, Math.min(wantedPx, innerHeight * MOST))
    panel.style.setProperty('--height', `${heightPx}px`)
  }
  new ResizeObserver(() => {
    handle.setAttribute('aria-valuenow', String(Math.round((panel.offsetHeight / innerHeight) * 100)))
  }).observe(panel)
  handle.addEventListener('pointerdown', ({ pointerId }) => handle.setPointerCapture(pointerId))
  handle.addEventListener('pointermove', ({ pointerId, clientY }) => {
    if (handle.hasPointerCapture(pointerId)) resize(innerHeight - clientY)
  })
  handle.addEventListener('keydown', (event) => {
    const stepPx = STEPS_PX[event.key]
    if (stepPx === undefined) return
    // The page behind would scroll.
    event.preventDefault()
    resize(panel.offsetHeight + stepPx)
  })
  return handle
}
