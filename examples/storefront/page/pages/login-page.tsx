import { ArrowRight } from 'lucide-preact'
import { useState } from 'preact/hooks'
import { Redirect, useLocation, useSearch } from 'wouter-preact'
import { describeProblem } from '../data/describe-problem.ts'
import { DEMO_USERS } from '../data/demo-users.ts'
import { session } from '../data/session.ts'
import { signIn } from '../data/sign-in.ts'
import { Field } from '../parts/field.tsx'
import { PageTitle } from '../parts/page-title.tsx'
import './login-page.css'

export function LoginPage() {
  const [, navigate] = useLocation()
  const next = nextFrom(useSearch())
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [sending, setSending] = useState(false)
  const [message, setMessage] = useState<string | undefined>(undefined)
  const who = session.value

  if (who.state === 'known' && who.user && !sending) return <Redirect to={next} replace />

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    if (sending) return
    setSending(true)
    setMessage(undefined)
    const answer = await signIn(email.trim(), password)
    if (answer.ok) {
      navigate(next, { replace: true })
      return
    }
    setSending(false)
    const { problem } = answer
    setMessage(
      problem.kind === 'refused' && problem.status === 401
        ? 'This email and password do not belong together.'
        : describeProblem(problem),
    )
  }

  return (
    <div class="container page login">
      <div>
        <PageTitle title="Sign in">Sign in</PageTitle>
        <form class="panel login-form" onSubmit={(event) => void submit(event)}>
          <Field
            label="Email"
            type="email"
            name="email"
            autocomplete="username"
            required
            data-testid="login-email"
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
          <Field
            label="Password"
            type="password"
            name="password"
            autocomplete="current-password"
            required
            data-testid="login-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
          {message && (
            <p class="notice notice-problem" role="alert" data-testid="login-problem">
              {message}
            </p>
          )}
          <button
            type="submit"
            class="button button-large button-wide"
            data-testid="login-submit"
            aria-disabled={sending}
          >
            {sending ? 'Signing in…' : 'Sign in'}
          </button>
        </form>
      </div>
      <section class="login-crew" aria-labelledby="crew-title">
        <h2 id="crew-title">Borrow an account</h2>
        <p class="quiet">
          This is a demo, so its passwords hang by the door. Pick one and it fills the form.
        </p>
        <ul>
          {DEMO_USERS.map((demo) => (
            <li key={demo.email}>
              <button
                type="button"
                class="crew"
                data-testid="demo-user"
                onClick={() => {
                  setEmail(demo.email)
                  setPassword(demo.password)
                  setMessage(undefined)
                }}
              >
                <span class="crew-initial" aria-hidden="true">
                  {demo.name.charAt(0)}
                </span>
                <span class="crew-text">
                  <strong>{demo.name}</strong>
                  <span class="quiet">
                    {demo.email} · {demo.password}
                  </span>
                </span>
                <span class="crew-role">{demo.role}</span>
                <ArrowRight aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  )
}

/** Only a path of this shop: an address from a link must not lead the visitor away after signing in. */
function nextFrom(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? ''
  return /^\/(?![/\\])/.test(next) ? next : '/account'
}
