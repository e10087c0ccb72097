import { WifiOff } from 'lucide-preact'

/** Says that what is shown did not come from the shop just now. */
export function LastSeenNote({ text = 'Offline: prices as last seen' }: { text?: string }) {
  return (
    <p class="last-seen" data-testid="last-seen">
      <WifiOff aria-hidden="true" /> {text}
    </p>
  )
}
