import { announcement } from '../data/announce.ts'

/** Says to screen readers what sighted visitors see happen. */
export function LiveRegion() {
  return (
    <div class="visually-hidden" aria-live="polite" data-testid="live-region">
      {announcement}
    </div>
  )
}
