import { el } from './panel-dom.ts'

const STEPS_PX: Readonly<Record<string, number>> = { ArrowUp: 40, ArrowDown: -40 }
const LEAST_PX = 160

/** The panel's upper edge, by which pointer and arrow keys change its height. */
export function resizerFor(panel: HTMLElement): HTMLElement {
  const handle = el('div', {
    class: 'resizer',
    role: 'separator',
    tabindex: '0',
    'aria-orientation': 'horizontal',
    'aria-label': 'Height of the panel',
  })
  const resize = (wantedPx: number) => {
    const heightPx = Math.max(LEAST_PX, Math.min(wantedPx, innerHeight * 0.9))
    panel.style.setProperty('--height', `${heightPx}px`)
    handle.setAttribute('aria-valuenow', String(Math.round((heightPx / innerHeight) * 100)))
  }
  handle.addEventListener('pointerdown', ({ pointerId }) => handle.setPointerCapture(pointerId))
  handle.addEventListener('pointermove', ({ pointerId, clientY }) => {
    if (handle.hasPointerCapture(pointerId)) resize(innerHeight - clientY)
  })
  handle.addEventListener('keydown', ({ key }) => resize(panel.offsetHeight + (STEPS_PX[key] ?? 0)))
  return handle
}
