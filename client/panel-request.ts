import { detailElements } from './panel-detail.ts'
import { button, el, spoken, tint } from './panel-dom.ts'
import { formatAge, formatBytes, formatTime } from './panel-format.ts'
import { LAYER_HINTS } from './panel-layers.ts'
import type { RequestRow } from './panel-row.ts'
import { answerWords } from './panel-words.ts'

/** One request in the list: a button with the facts, and below it what it opens to. */
export function requestElement(row: RequestRow): HTMLLIElement {
  const detail = el('div', { class: 'detail', id: `request-${row.id}` })
  detail.hidden = true
  const toggle = () => {
    if (detail.childElementCount === 0) detail.append(...detailElements(row))
    detail.hidden = !detail.hidden
    summary.setAttribute('aria-expanded', String(!detail.hidden))
  }
  const summary = button(
    toggle,
    { class: 'row', 'aria-expanded': 'false', 'aria-controls': detail.id },
    pathCell(row),
    el('span', { class: 'type' }, row.type),
    answerCell(row),
    cell('age', 'age ', row.ageMs === undefined ? '' : formatAge(row.ageMs)),
    cell('ttl', 'fresh for ', ttlText(row.ttlMs)),
    timeCell(row),
    cell('size', 'size ', row.bytes === 0 ? '' : formatBytes(row.bytes)),
  )
  return el('li', {}, summary, detail)
}

function pathCell({ path, status }: RequestRow): HTMLElement {
  const query = path.indexOf('?')
  const end = query === -1 ? path.length : query
  return el(
    'span',
    { class: 'path', title: path },
    ...(status !== undefined && status >= 400 ? [el('b', { class: 'status' }, String(status)), ' '] : []),
    path.slice(0, end),
    el('span', { class: 'query' }, path.slice(end)),
  )
}

function answerCell(row: RequestRow): HTMLElement {
  const { label, state } = answerWords(row)
  return el(
    'span',
    { class: 'answer', title: LAYER_HINTS[row.layer] },
    tint(el('i', { class: 'dot' }), row.layer),
    el('span', {}, spoken('answered by '), label),
    ...(state ? [el('span', { class: `state ${row.state ?? ''}` }, state)] : []),
  )
}

function timeCell({ timeMs, layer }: RequestRow): HTMLElement {
  const bar = tint(el('i', { class: 'bar' }), layer)
  // Square roots, so that 2 ms beside 900 ms can still be seen.
  bar.style.setProperty('--t', String(Math.sqrt(timeMs)))
  return el(
    'span',
    { class: 'time' },
    el('span', { class: 'track' }, bar),
    spoken('took '),
    formatTime(timeMs),
  )
}

function cell(name: string, before: string, text: string): HTMLElement {
  if (text === '') return el('span', { class: `${name} none`, 'aria-hidden': 'true' }, '–')
  return el('span', { class: name }, spoken(before), text)
}

function ttlText(ttlMs: number | undefined): string {
  if (ttlMs === undefined) return ''
  return ttlMs > 0 ? formatAge(ttlMs) : `−${formatAge(ttlMs)}`
}
