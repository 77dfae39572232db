import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import type { Result } from '../api/request.js'
import { LiveDot, OutcomeChip, ReasonChip } from '../parts/chips.js'
import { plural } from '../words/id-words.js'
import { wordsOfReason } from '../words/reason-words.js'
import { useSession } from './session-context.js'
import type { Runtime } from './session-context.js'

/** The runtimes shown first in a large fleet, by relevance to the conversation: on a phone only the agent's runtime. */
const SHOWN_FIRST = matchMedia('(max-width: 719px)').matches ? 1 : 3

export function explanationOf(result: Result<'Explanation'> | undefined) {
  const node = result?.node
  return node != null && 'explainResume' in node ? node.explainResume : null
}

/** "The next claim would RESUME because ...", for each runtime that could claim. */
export function NextClaims(): ReactNode {
  const { id, runtimes, at, conversation } = useSession()
  const [all, setAll] = useState(false)
  const claiming = runtimes.filter(({ status }) => status !== 'DEREGISTERED')
  const shown = all ? claiming : claiming.slice(0, SHOWN_FIRST)
  const answers = useQueries({
    queries: shown.map((runtime) => ask('Explanation', { id, runtimeId: runtime.id, at })),
  })
  return (
    <div className="next-claims">
      <h2 className="unseen">Decision for the next claim</h2>
      <ul>
        {shown.map((runtime, index) => (
          <NextClaim
            key={runtime.id}
            runtime={runtime}
            then={at !== null}
            own={runtime.id === conversation.agent.runtime.id}
            decision={explanationOf(answers[index]?.data)}
            failed={answers[index]?.isError === true}
          />
        ))}
      </ul>
      {claiming.length > SHOWN_FIRST && (
        <button type="button" className="link" onClick={() => setAll(!all)}>
          {all ? 'Fewer runtimes' : plural(claiming.length - SHOWN_FIRST, 'more runtime')}
        </button>
      )}
    </div>
  )
}

interface Props {
  runtime: Runtime
  then: boolean
  own: boolean
  decision: ReturnType<typeof explanationOf>
  failed: boolean
}

function NextClaim({ runtime, then, own, decision, failed }: Props): ReactNode {
  if (decision === null) {
    return <li className="next-claim next-claim-empty">{failed ? `${runtime.name}: no answer` : ' '}</li>
  }
  const { outcome, reason, message, continuityGap } = decision
  return (
    <li className="next-claim">
      <span className="next-claim-runtime">
        <LiveDot status={runtime.status} /> {runtime.name}
        {own && <span className="muted"> (agent’s)</span>}
      </span>
      <span className="next-claim-words" title={message}>
        {then ? 'A claim then would' : 'The next claim would'}{' '}
        {outcome === 'RESUME' ? <OutcomeChip outcome={outcome} reason={reason} /> : 'start '}
        {outcome === 'RESUME' ? '' : <OutcomeChip outcome={outcome} reason={reason} />} because{' '}
        {wordsOfReason(reason).because}.{continuityGap && <span className="gap"> Turns would be missing.</span>}
      </span>
      <ReasonChip reason={reason} />
    </li>
  )
}
