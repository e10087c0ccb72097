import { toBands } from './panel-bands.ts'
import { el, tint } from './panel-dom.ts'
import { formatBytes, formatTime } from './panel-format.ts'
import { LAYER_HINTS } from './panel-layers.ts'
import type { RequestRow } from './panel-row.ts'

/** What a row opens to: the way down through the layers, and the facts of the request. */
export function detailElements(row: RequestRow): HTMLElement[] {
  const bands = toBands(row)
  const items = bands.map(({ layer, name, role, words }, index) =>
    tint(
      el(
        'li',
        { class: role },
        el('strong', { title: LAYER_HINTS[layer] }, name),
        el('span', {}, ...(role === 'answered' ? [el('b', {}, 'answered: ')] : []), words),
      ),
      layer,
      bands[index + 1]?.layer,
    ),
  )
  const facts = factsOf(row).flatMap(([name = '', value = '']) => [el('dt', {}, name), el('dd', {}, value)])
  return [
    el('ol', { 'aria-label': 'Layers, from the page down to the server' }, ...items),
    el('dl', {}, ...facts),
  ]
}

function factsOf({ path, status, type, bytes, savedBytes, startMs, timeMs, trace }: RequestRow): string[][] {
  return [
    ['Request', path],
    ['Answer', `${status ?? ''} ${type}, ${formatBytes(bytes)}${savedBytes > 0 ? ' not transferred' : ''}`],
    ['Took', `${formatTime(timeMs)}, begun at ${formatTime(startMs)}`],
    ['Cache-Status', trace || 'none'],
  ]
}
