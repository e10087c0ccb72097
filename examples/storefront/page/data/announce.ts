import { signal } from '@preact/signals'

/** What screen readers are told next. */
export const announcement = signal('')

/** Has a screen reader say the message; the same one twice is said twice. */
export function announce(message: string): void {
  announcement.value = announcement.peek() === message ? `${message}\u00a0` : message
}
