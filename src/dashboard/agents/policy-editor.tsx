import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { OutcomeChip, ReasonChip } from '../parts/chips.js'
import { ConversationTitle } from '../parts/conversation-title.js'
import { Problem } from '../parts/notice.js'
import { PolicyForm } from '../what-if/policy-form.js'
import type { Policy } from '../what-if/simulate.js'
import { plural } from '../words/id-words.js'
import { dateTime } from '../words/time-words.js'
import type { AgentNode } from './agent-page.js'
import { useUpdate } from './use-update.js'

type Simulation = Result<'SimulatePolicy'>['simulateResumePolicy']

/** Edits the agent's policy: change it, simulate it on past claims, then apply it. */
export function PolicyEditor({ agent, mayChange }: { agent: AgentNode; mayChange: boolean }): ReactNode {
  const [typed, setTyped] = useState<Policy | null>(null)
  const [tried, setTried] = useState<Policy | null>(null)
  const update = useUpdate(agent.id)
  const policy = typed ?? agent.resumePolicy
  // The server decides every past claim of the agent again, so the query runs only on request and never repeats itself.
  const simulation = useQuery({
    ...ask('SimulatePolicy', { agentId: agent.id, policy }),
    enabled: tried !== null && tried === typed,
    staleTime: Infinity,
    placeholderData: undefined,
  })
  const asked = tried !== null && tried === typed
  return (
    <section className="card fields" aria-labelledby="policy-heading">
      <h2 id="policy-heading">Resume policy</h2>
      <fieldset className="plain-fieldset" disabled={!mayChange} aria-label="Resume policy">
        <PolicyForm policy={policy} change={setTyped} />
      </fieldset>
      <div className="what-if-result" aria-live="polite">
        {asked && simulation.isFetching && <p className="muted">Re-evaluating the past claims of {agent.name}…</p>}
        {asked && simulation.error !== null && <Problem error={simulation.error} again={() => simulation.refetch()} />}
        {asked && simulation.data !== undefined && !simulation.isFetching && (
          <Flips simulation={simulation.data.simulateResumePolicy} />
        )}
        {update.error !== null && <Problem error={update.error} />}
        {update.isSuccess && typed === null && <p className="muted">Applied. The next claim uses this policy.</p>}
      </div>
      {mayChange && (
        <div className="fields-end">
          {typed !== null && (
            <button type="button" className="button" onClick={() => setTyped(null)}>
              Discard changes
            </button>
          )}
          <button type="button" className="button" disabled={typed === null} onClick={() => setTried(typed)}>
            Try on past claims
          </button>
          <button
            type="button"
            className="button primary"
            disabled={typed === null || update.isPending}
            onClick={() => update.mutate({ resumePolicy: policy }, { onSuccess: () => setTyped(null) })}
          >
            Apply
          </button>
        </div>
      )}
    </section>
  )
}

function Flips({ simulation: { claims, flips, byReason, examples } }: { simulation: Simulation }): ReactNode {
  return (
    <>
      <p>
        Of {plural(claims, 'past claim')},{' '}
        <strong>{flips === 0 ? 'no decision' : plural(flips, 'decision')} would change</strong>.
      </p>
      <ul className="flips-by-reason" aria-label="By reason">
        {byReason.map(({ from, to, count }) => (
          <li key={`${from} ${to}`}>
            <ReasonChip reason={from} />
            <span aria-label="would become"> → </span>
            <ReasonChip reason={to} /> {count.toLocaleString()}
          </li>
        ))}
      </ul>
      {examples.length > 0 && (
        <details>
          <summary>{examples.length < flips ? `Show ${examples.length} of them` : 'Show them'}</summary>
          <ol className="flips">
            {examples.map(({ position, occurredAt, conversation, recorded, simulated }) => (
              <li key={position}>
                <Link href={`/sessions/${conversation.id}?view=events&at=${position}`} title={dateTime(occurredAt)}>
                  <ConversationTitle
                    title={conversation.title}
                    issueKey={'issueKey' in conversation ? conversation.issueKey : null}
                  />
                </Link>
                <span className="flip">
                  <OutcomeChip {...recorded} /> <span aria-label="would become">→</span> <OutcomeChip {...simulated} />{' '}
                  <ReasonChip reason={simulated.reason} />
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  )
}
