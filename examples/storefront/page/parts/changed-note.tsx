import { RefreshCw } from 'lucide-preact'

/** Offers the newer answer that the worker has found meanwhile. The page never changes under the visitor's eyes. */
export function ChangedNote({ onShow }: { onShow: () => void }) {
  return (
    <p class="changed-note" aria-live="polite">
      <button
        type="button"
        class="button button-small button-quiet"
        data-testid="show-changes"
        onClick={onShow}
      >
        <RefreshCw aria-hidden="true" /> This has just changed. Show it as it is now
      </button>
    </p>
  )
}
