import { CloudDownload, CloudOff, CircleCheck } from 'lucide-preact'
import { reachable } from '../data/connection.ts'
import { offlineCopy } from '../data/offline-copy.ts'

/** Says quietly whether the shop is within reach, and whether it could be browsed if it weren't. */
export function OfflineChip() {
  const copy = offlineCopy.value
  if (!reachable.value) {
    return (
      <p class="chip chip-offline" data-testid="offline-chip">
        <CloudOff aria-hidden="true" /> Offline
      </p>
    )
  }
  if (copy.state === 'none') return null
  return (
    <p class="chip" data-testid="offline-chip" title="The shelves can be browsed without a connection">
      {copy.state === 'ready' ? <CircleCheck aria-hidden="true" /> : <CloudDownload aria-hidden="true" />}
      {copy.state === 'ready' ? 'Ready for offline' : `Saving for offline ${percent(copy.done, copy.total)}`}
    </p>
  )
}

function percent(done: number, total: number): string {
  return `${Math.floor((done / total) * 100)} %`
}
