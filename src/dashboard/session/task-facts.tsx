import type { ReactNode } from 'react'
import type { Result } from '../api/request.js'
import { StatusChip } from '../parts/chips.js'
import type { SessionEvent } from '../words/event-facts.js'
import { spanInWords } from '../words/time-words.js'

export type TaskDetail = NonNullable<Result<'TaskDetail'>['task']>

/** The task's prompt, its work, and how it ended. */
export function TaskFacts({ task, event }: { task: TaskDetail; event: SessionEvent }): ReactNode {
  const { failure } = task
  return (
    <section className="task-facts" aria-label="The task">
      <p className="task-line">
        <StatusChip status={task.status} />{' '}
        <span className="muted">
          attempt {task.attempt} of {task.maxAttempts}
          {spans(task)}
        </span>
      </p>
      {task.prompt !== null && task.prompt !== '' && (
        <blockquote className="prompt">
          <p>{task.prompt}</p>
        </blockquote>
      )}
      {event.type === 'TASK_FAILED' && failure !== null && (
        <p className="failure">
          <strong>{failure.reason}</strong>: {failure.error}
          <br />
          <span className="muted">
            {failure.resumeSafe
              ? 'The session can be resumed.'
              : 'It would repeat on resume, so the session is poisoned.'}
            {failure.retryable && ' Baton retries it automatically.'}
          </span>
        </p>
      )}
      {task.progress.nodes.length > 0 && (
        <details className="progress">
          <summary>Newest progress ({task.progress.nodes.length})</summary>
          <ol>
            {task.progress.nodes.map(({ seq, kind, text }) => (
              <li key={seq}>
                <span className="muted">{kind}</span> {text}
              </li>
            ))}
          </ol>
        </details>
      )}
      {task.output !== null && event.type === 'TASK_COMPLETED' && (
        <blockquote className="output">
          <p>{task.output}</p>
        </blockquote>
      )}
    </section>
  )
}

function spans({ createdAt, claimedAt, startedAt, finishedAt }: TaskDetail): string {
  const parts: string[] = []
  if (claimedAt !== null) parts.push(`waited ${span(createdAt, claimedAt)}`)
  if (startedAt !== null && finishedAt !== null) parts.push(`ran ${span(startedAt, finishedAt)}`)
  return parts.map((part) => ` · ${part}`).join('')
}

function span(from: string, to: string): string {
  return spanInWords(Date.parse(to) - Date.parse(from))
}
