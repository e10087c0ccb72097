import { LogOut, Package } from 'lucide-preact'
import { Redirect } from 'wouter-preact'
import { fetchAccount } from '../data/account.ts'
import type { Account } from '../data/api-types.ts'
import { describeProblem } from '../data/describe-problem.ts'
import { user } from '../data/session.ts'
import { signOut } from '../data/sign-in.ts'
import { showToast } from '../data/toasts.ts'
import { useResource } from '../data/use-resource.ts'
import { EmptyState } from '../parts/empty-state.tsx'
import { LastSeenNote } from '../parts/last-seen-note.tsx'
import { OrderCard } from '../parts/order-card.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import { ProblemState } from '../parts/problem-state.tsx'
import './account-page.css'

export function AccountPage() {
  // One user's account must be gone from the screen the moment that another is signed in, here or in another tab.
  return <AccountOfUser key={user.value?.email ?? 'nobody'} />
}

function AccountOfUser() {
  const { value: account, problem, lastSeen, reload } = useResource('/api/account', fetchAccount)
  if (problem?.kind === 'refused' && problem.status === 401)
    return <Redirect to="/login?next=/account" replace />
  return (
    <div class="container page">
      <PageTitle title="Account">Your account</PageTitle>
      {problem && !account ? (
        <ProblemState problem={problem} subject="Your account" onRetry={reload} />
      ) : account ? (
        <AccountContent account={account} lastSeen={lastSeen} />
      ) : (
        <div class="page-waiting" aria-busy="true" />
      )}
    </div>
  )
}

function AccountContent({ account, lastSeen }: { account: Account; lastSeen: boolean }) {
  const { user: owner, orders, address } = account
  return (
    <>
      {lastSeen && <LastSeenNote text="Offline: your account as last seen" />}
      <div class="account">
        <section class="panel account-card" aria-label="Who you are">
          <div class="crew-initial account-initial" aria-hidden="true">
            {owner.name.charAt(0)}
          </div>
          <p class="account-name" data-testid="account-name">
            {owner.name}
          </p>
          <p class="quiet" data-testid="account-email">
            {owner.email}
          </p>
          {address && (
            <>
              <h2>Sends to</h2>
              <address data-testid="account-address">
                {address.name}
                <br />
                {address.street}
                <br />
                {address.postcode} {address.city}
                <br />
                {address.country}
              </address>
            </>
          )}
          <button type="button" class="button button-quiet" data-testid="logout" onClick={() => void leave()}>
            <LogOut aria-hidden="true" /> Sign out
          </button>
        </section>
        <section aria-labelledby="orders-title">
          <h2 id="orders-title" class="account-orders-title">
            Orders
          </h2>
          {orders.length === 0 ? (
            <EmptyState icon={<Package />} action={{ href: '/', text: 'Browse the shelves' }}>
              No orders yet.
            </EmptyState>
          ) : (
            <ul class="orders">
              {orders.map((order) => (
                <OrderCard key={order.id} order={order} />
              ))}
            </ul>
          )}
        </section>
      </div>
    </>
  )
}

async function leave(): Promise<void> {
  const answer = await signOut()
  if (!answer.ok) showToast(`You are still signed in. ${describeProblem(answer.problem)}`, 'problem')
}
