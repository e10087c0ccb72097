import type { HTMLAttributes } from 'preact'

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'thermocline-panel': HTMLAttributes<HTMLElement> & { open?: boolean; onClose?: () => void }
    }
  }
}
