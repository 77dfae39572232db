import type { ReactNode } from 'react'
import type { Result } from '../api/request.js'
import { OutcomeChip, ReasonChip } from '../parts/chips.js'
import { useUrlValue } from '../parts/url-state.js'
import type { SessionEvent } from '../words/event-facts.js'
import { wordsOfReason } from '../words/reason-words.js'
import { ageInWords } from '../words/time-words.js'
import { comparisons } from './comparisons.js'
import { useSession } from './session-context.js'
import { SessionTag } from './session-tag.js'

export type Decision = NonNullable<NonNullable<Result<'TaskDetail'>['task']>['resume']>

/** Explains a claim's decision: expected and actual values, every candidate, and the evidence. */
export function DecisionDetail({ decision, event }: { decision: Decision; event: SessionEvent }): ReactNode {
  const { history } = useSession()
  const turnsOn = decision.candidates.find(({ reason }) => reason === decision.reason) ?? decision.candidates[0]
  const compared = turnsOn === undefined ? [] : comparisons(decision, turnsOn.binding, event, history.read)
  return (
    <section className="decision" aria-label="The decision">
      <p className="decision-words">
        <OutcomeChip outcome={decision.outcome} reason={decision.reason} /> <ReasonChip reason={decision.reason} />{' '}
        {sentence(decision)}
      </p>
      {decision.continuityGap && (
        <p className="gap">
          The run did not know every turn of this conversation, although nobody asked for a fresh start.
        </p>
      )}
      {compared.length > 0 && (
        <table className="compare">
          <caption>
            Session <SessionTag sessionId={turnsOn?.binding.sessionId ?? null} />
          </caption>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">What</span>
              </th>
              <th scope="col">Expected</th>
              <th scope="col">Found</th>
            </tr>
          </thead>
          <tbody>
            {compared.map(({ what, expected, found, decides }) => (
              <tr key={what} className={decides ? 'decides' : undefined}>
                <th scope="row">
                  {what}
                  {decides && <span className="unseen"> (this decided)</span>}
                </th>
                <td>{expected}</td>
                <td>
                  {decides && <span aria-hidden="true">≠ </span>}
                  {found}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Candidates decision={decision} event={event} />
    </section>
  )
}

/** The server's sentence with names instead of ids. */
function sentence({ message, runtime, candidates }: Decision): string {
  const runtimes = [runtime, ...candidates.flatMap(({ binding }) => binding.runtime ?? [])]
  return runtimes.reduce((text, { id, name }) => text.replaceAll(id, name), message)
}

function Candidates({ decision: { candidates }, event }: { decision: Decision; event: SessionEvent }): ReactNode {
  const [, setOpened] = useUrlValue('event')
  if (candidates.length === 0) return <p className="muted">There were no candidates.</p>
  return (
    <div className="table-scroll">
      <table className="candidates">
        <caption>Candidates, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Session</th>
            <th scope="col">Lives on</th>
            <th scope="col">Active</th>
            <th scope="col">Verdict</th>
            <th scope="col">Evidence</th>
          </tr>
        </thead>
        <tbody>
          {candidates.map(({ binding, eligible, reason, evidence }) => (
            <tr key={binding.sessionId}>
              <td>
                <SessionTag sessionId={binding.sessionId} />
              </td>
              <td>{binding.runtime?.name ?? 'unknown'}</td>
              <td>{ageInWords(binding.lastActiveAt, Date.parse(event.occurredAt)).replace(' ago', ' before')}</td>
              <td title={wordsOfReason(reason).because}>
                <ReasonChip reason={reason} /> {eligible && <span className="muted">eligible</span>}
              </td>
              <td>
                <button type="button" className="link" onClick={() => setOpened(String(evidence.version))}>
                  event {evidence.version}
                </button>{' '}
                <span className="muted">{evidence.type.toLowerCase().replaceAll('_', ' ')}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
