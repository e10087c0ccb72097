import { signal } from '@preact/signals'

export interface Toast {
  id: number
  text: string
  tone: 'note' | 'problem'
}

const SHOWN_MS = 7_000
let lastId = 0

export const toasts = signal<readonly Toast[]>([])

/** Shows a message for a while; the same message isn't shown twice at a time. */
export function showToast(text: string, tone: Toast['tone'] = 'note'): void {
  const id = ++lastId
  toasts.value = [...toasts.peek().filter((toast) => toast.text !== text), { id, text, tone }].slice(-3)
  setTimeout(() => dismissToast(id), SHOWN_MS)
}

export function dismissToast(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id)
}
