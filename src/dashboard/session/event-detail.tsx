import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { Problem } from '../parts/notice.js'
import { claimOf } from '../words/event-facts.js'
import type { SessionEvent } from '../words/event-facts.js'
import { dateTime } from '../words/time-words.js'
import { DecisionDetail } from './decision-detail.js'
import { copyLink } from './event-keys.js'
import { useSession } from './session-context.js'
import { TaskActions } from './task-actions.js'
import { TaskFacts } from './task-facts.js'

/** The details of a row: for a claim, the decision with its evidence; for every event, the task and the stored data. */
export function EventDetail({ event }: { event: SessionEvent }): ReactNode {
  const { setAt } = useSession()
  const taskId = event.task?.id
  const task = useQuery({ ...ask('TaskDetail', { id: taskId ?? '' }), enabled: taskId !== undefined })
  const detail = task.data?.task ?? null
  return (
    <div className="event-detail">
      {claimOf(event) !== null && <ClaimDetail event={event} />}
      {task.error !== null && <Problem error={task.error} />}
      {taskId !== undefined && task.isPending && <p className="detail-pending" />}
      {detail !== null && <TaskFacts task={detail} event={event} />}
      <details className="raw">
        <summary>Stored data</summary>
        <StoredData id={event.id} />
      </details>
      <footer className="event-detail-end">
        <span className="muted">
          {event.type} · position {event.position} · {dateTime(event.occurredAt)} · by <Actor event={event} />
        </span>
        <span className="event-detail-actions">
          {detail !== null && <TaskActions task={detail} />}
          <button type="button" className="button quiet" onClick={() => setAt(event.position)}>
            View the state here
          </button>
          <button type="button" className="button quiet" onClick={() => copyLink(event.version)}>
            Copy link
          </button>
        </span>
      </footer>
    </div>
  )
}

/** A token's name; its id shows on hover. */
function Actor({ event: { id, actor } }: { event: SessionEvent }): ReactNode {
  const { data } = useQuery({ ...ask('EventAsStored', { id }), staleTime: Infinity })
  const node = data?.node
  const name = node != null && 'actorName' in node ? node.actorName : null
  if (!actor.startsWith('tok_')) return 'the server'
  return <span title={actor}>{name ?? actor}</span>
}

/** The stored data, for people. The page itself uses the typed fields of events. */
function StoredData({ id }: { id: string }): ReactNode {
  const { data, error } = useQuery({ ...ask('EventAsStored', { id }), staleTime: Infinity })
  const node = data?.node
  if (error !== null) return <Problem error={error} />
  return <pre>{node != null && 'data' in node ? JSON.stringify(node.data, null, 2) : ''}</pre>
}

/** The newest claim's decision comes with its task. An earlier one is queried as of the event before it. */
function ClaimDetail({ event }: { event: SessionEvent }): ReactNode {
  const { id, history } = useSession()
  const before = history.at(event.version - 1)
  const isMissing = before === undefined && event.version > 1
  const { need } = history
  useEffect(() => {
    if (isMissing) need([event.version - 1])
  }, [isMissing, need, event.version])
  const task = useQuery(ask('TaskDetail', { id: event.task?.id ?? '' }))
  const kept = task.data?.task?.resume ?? null
  const isKept = kept !== null && (before === undefined || kept.basis === before.position)
  const again = useQuery({
    ...ask('ExplanationInFull', { id, runtimeId: event.runtime?.id ?? '', at: before?.position ?? null, policy: null }),
    enabled: !task.isPending && !isKept && before !== undefined && event.runtime !== null,
  })
  const node = again.data?.node
  const decision = isKept ? kept : node != null && 'explainResume' in node ? node.explainResume : null
  if (decision === null)
    return <p className="detail-pending">{again.isError ? 'The decision could not be loaded.' : ''}</p>
  return <DecisionDetail decision={decision} event={event} />
}
