import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { asApiError } from '../api/api-error.js'
import { queryClient } from '../api/queries.js'
import { requestAs } from '../api/request.js'
import { signIn } from '../api/token.js'
import { ThemeToggle } from './theme-toggle.js'

/** Asks for a token, and tries it before storing it. */
export function SignIn({ problem: first }: { problem: string | null }): ReactNode {
  const [problem, setProblem] = useState(first)
  const [busy, setBusy] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const entered = new FormData(event.currentTarget).get('token')
    const token = typeof entered === 'string' ? entered.trim() : ''
    if (token === '') return setProblem('Paste a token first.')
    setBusy(true)
    tryToken(token)
      .then(setProblem, () => setProblem('The sign-in failed.'))
      .finally(() => setBusy(false))
  }
  return (
    <main className="sign-in" id="content">
      <form onSubmit={submit} className="sign-in-form">
        <h1>
          <img src="/favicon.svg" alt="" width="28" height="28" /> Baton
        </h1>
        <p>
          Sign in to this server. On the server’s machine, run <code>baton open</code> (<code>npm run open</code> in a
          checkout) and open the address that it prints. Or paste an API token: the ROOT token that the very first start
          printed, or one from <code>createToken</code>. A VIEWER token is enough to look around.
        </p>
        <label htmlFor="token">Token</label>
        <input id="token" name="token" type="password" autoComplete="current-password" autoFocus spellCheck={false} />
        <p className="sign-in-problem" role="alert">
          {problem}
        </p>
        <div className="sign-in-end">
          <button type="submit" className="button primary" disabled={busy}>
            Sign in
          </button>
          <ThemeToggle />
        </div>
        <p className="muted">The token stays in this browser until you sign out. It is sent only to this server.</p>
      </form>
    </main>
  )
}

/** null if the token works; otherwise what is wrong with it. */
async function tryToken(token: string): Promise<string | null> {
  try {
    await requestAs('Viewer', {}, token)
    queryClient.clear()
    signIn(token)
    return null
  } catch (error) {
    const { code, message } = asApiError(error)
    if (code !== 'UNAUTHENTICATED') return message
    return 'The server does not know this token. It may be revoked or expired.'
  }
}
