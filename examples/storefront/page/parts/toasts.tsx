import { RefreshCw, X } from 'lucide-preact'
import { signal } from '@preact/signals'
import { dismissToast, toasts } from '../data/toasts.ts'
import { waitingUpdate } from '../data/worker.ts'

const postponed = signal(false)

/** Short messages at the foot of the window, and the offer of a new version. */
export function Toasts() {
  const update = postponed.value ? undefined : waitingUpdate.value
  return (
    <div class="toasts" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast toast-${tone}`} data-testid="toast">
          <p>{text}</p>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismissToast(id)}>
            <X aria-hidden="true" />
          </button>
        </div>
      ))}
      {update && (
        <div class="toast" data-testid="update-toast">
          <RefreshCw aria-hidden="true" class="toast-icon" />
          <p>A new version is ready.</p>
          <button
            type="button"
            class="button button-small"
            data-testid="update-apply"
            onClick={() => void update.apply()}
          >
            Update
          </button>
          <button
            type="button"
            class="button button-small button-quiet"
            onClick={() => {
              postponed.value = true
            }}
          >
            Later
          </button>
        </div>
      )}
    </div>
  )
}
