import type { ReactNode } from 'react'
import { useSession } from '../session/session-context.js'
import type { Binding } from '../session/session-context.js'
import { SessionTag } from '../session/session-tag.js'
import { useUrlValue } from '../parts/url-state.js'
import type { SessionEvent } from '../words/event-facts.js'
import { shortPath } from '../words/id-words.js'
import { wordsOfEvent } from '../words/event-words.js'
import { dateTime } from '../words/time-words.js'

const STATES: Readonly<Record<Binding['state'], { label: string; tone: string }>> = {
  RESUMABLE: { label: 'Resumable', tone: 'resumed' },
  POISONED: { label: 'Poisoned', tone: 'broken' },
  RETIRED: { label: 'Retired', tone: 'broken' },
  RESET: { label: 'Reset', tone: 'chosen' },
  NOT_DURABLE: { label: 'Not stored', tone: 'broken' },
  FAILING: { label: 'Keeps failing', tone: 'broken' },
  UNPROVEN: { label: 'Unproven', tone: 'elsewhere' },
}

/** Every session as it was at the viewed time. */
export function StateThen({ event }: { event: SessionEvent | undefined }): ReactNode {
  const { conversation, names, at } = useSession()
  const [, setView] = useUrlValue('view')
  const [, setOpened] = useUrlValue('event')
  const open = (version: number): void => {
    setView(null)
    setOpened(String(version))
  }
  return (
    <section className="state-then" aria-label="The state at that time">
      <h2>
        {at === null ? 'Now' : `After event ${event?.version ?? ''}`}
        {event !== undefined && (
          <span className="muted">
            {' '}
            {wordsOfEvent(event, names).text} · {dateTime(event.occurredAt)}
          </span>
        )}
      </h2>
      {conversation.bindings.length === 0 ? (
        <p className="muted">No session was known.</p>
      ) : (
        <div className="table-scroll">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">Session</th>
                <th scope="col">State</th>
                <th scope="col">Lives on</th>
                <th scope="col">Work directory</th>
                <th scope="col">Last active</th>
                <th scope="col">Evidence</th>
              </tr>
            </thead>
            <tbody>
              {conversation.bindings.map((binding) => (
                <tr key={binding.sessionId} className={isPointer(binding) ? 'is-pointer' : undefined}>
                  <td>
                    <SessionTag sessionId={binding.sessionId} />
                    {isPointer(binding) && <span className="muted"> ← pointer</span>}
                  </td>
                  <td>
                    <span
                      className={`chip tone-${STATES[binding.state].tone}`}
                      title={binding.stateReason ?? undefined}
                    >
                      {STATES[binding.state].label}
                    </span>
                  </td>
                  <td>{binding.runtime?.name ?? 'unknown'}</td>
                  <td>
                    <code title={binding.workDir ?? ''}>{shortPath(binding.workDir ?? '–')}</code>
                  </td>
                  <td>{dateTime(binding.lastActiveAt)}</td>
                  <td>
                    <button type="button" className="link" onClick={() => open(binding.evidence.version)}>
                      event {binding.evidence.version}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )

  function isPointer({ sessionId }: Binding): boolean {
    return conversation.pointer.sessionId === sessionId
  }
}
