import { reachable } from '../data/connection.ts'
import { shopStatus } from '../data/shop-status.ts'

/** What stands behind the page just now. */
export function StatusLine() {
  const status = shopStatus.value
  return (
    <dl class="status-line" data-testid="status-line">
      {!reachable.value && <Item name="Server" value="out of reach" />}
      {status && (
        <>
          <Item name="Database" value={status.database} />
          <Item name="Redis" value={status.redis} />
          <Item name="Instance" value={status.instance} />
          <Item name="Version" value={status.version} />
        </>
      )}
    </dl>
  )
}

function Item({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
