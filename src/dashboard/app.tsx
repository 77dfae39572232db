import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Link, Route, Switch } from 'wouter'
import { AgentPage } from './agents/agent-page.js'
import { AgentsPage } from './agents/agents-page.js'
import { redeemCode, useToken } from './api/token.js'
import { FleetPage } from './fleet/fleet-page.js'
import { Notice } from './parts/notice.js'
import { ClaimsPage } from './resume-health/claims-page.js'
import { ResumeHealthPage } from './resume-health/resume-health-page.js'
import { SessionPage } from './session/session-page.js'
import { SessionsPage } from './sessions/sessions-page.js'
import { LiveLog } from './shell/live-log.js'
import { Shell } from './shell/shell.js'
import { SignIn } from './shell/sign-in.js'
import { TokensPage } from './tokens/tokens-page.js'

/** One redemption per page load: an effect may run twice, and the second run finds no code. */
let redeeming: Promise<string | null> | undefined

/** The page. It shows the sign-in form if there is neither a token nor a one-time code. */
export function App(): ReactNode {
  const token = useToken()
  const [redeemed, setRedeemed] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    redeeming ??= redeemCode()
    redeeming.then(setProblem, () => undefined).finally(() => setRedeemed(true))
  }, [])
  if (!redeemed) return null
  if (token === null) return <SignIn problem={problem} />
  return (
    <LiveLog key={token}>
      <Shell>
        <Switch>
          <Route path="/" component={SessionsPage} />
          <Route path="/sessions/:id">{({ id }) => <SessionPage key={id} id={id} />}</Route>
          <Route path="/fleet" component={FleetPage} />
          <Route path="/agents" component={AgentsPage} />
          <Route path="/agents/:id">{({ id }) => <AgentPage key={id} id={id} />}</Route>
          <Route path="/tokens" component={TokensPage} />
          <Route path="/resume/claims" component={ClaimsPage} />
          <Route path="/resume" component={ResumeHealthPage} />
          <Route>
            <main className="page" id="content">
              <Notice title="There is no page at this address">
                <Link href="/">All sessions</Link>
              </Notice>
            </main>
          </Route>
        </Switch>
      </Shell>
    </LiveLog>
  )
}
