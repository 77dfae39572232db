import { useState } from 'react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useNow } from '../clock.js'
import { firstLine } from '../words/id-words.js'
import { spanInWords } from '../words/time-words.js'
import { isStuck, whyWaiting } from './why-waiting.js'
import type { WaitingTask } from './why-waiting.js'

/** The waiting tasks, oldest first. Rows keep their place; a task that stopped waiting stays until it is dismissed. */
export function WaitingTasks({ tasks }: { tasks: readonly WaitingTask[] }): ReactNode {
  const [shown, setShown] = useState(tasks)
  const [read, setRead] = useState(tasks)
  if (read !== tasks) {
    setRead(tasks)
    setShown(inTheirPlaces(shown, tasks))
  }
  const waiting = new Set(tasks.map(({ id }) => id))
  const gone = shown.filter(({ id }) => !waiting.has(id)).length
  return (
    <section className="waiting">
      <div className="waiting-head">
        <h2>Waiting, oldest first</h2>
        {gone > 0 && (
          <button type="button" className="link" onClick={() => setShown(tasks)}>
            Hide what no longer waits ({gone})
          </button>
        )}
      </div>
      {shown.length === 0 && <p className="muted">No task waits.</p>}
      <ul>
        {shown.map((task) => (
          <WaitingRow key={task.id} task={task} gone={!waiting.has(task.id)} />
        ))}
      </ul>
    </section>
  )
}

/** The most rows kept for tasks that stopped waiting. */
const MOST_GONE = 100

function inTheirPlaces(shown: readonly WaitingTask[], tasks: readonly WaitingTask[]): readonly WaitingTask[] {
  const waiting = new Map(tasks.map((task) => [task.id, task]))
  const listed = new Set(shown.map(({ id }) => id))
  const next = [...shown.map((task) => waiting.get(task.id) ?? task), ...tasks.filter(({ id }) => !listed.has(id))]
  return next.length > tasks.length + MOST_GONE ? tasks : next
}

function WaitingRow({ task, gone }: { task: WaitingTask; gone: boolean }): ReactNode {
  const now = useNow()
  const stuck = !gone && isStuck(task)
  return (
    <li className={gone ? 'gone' : stuck ? 'stuck' : undefined}>
      <span className="waiting-age">{gone ? '–' : spanInWords(Math.max(0, now - Date.parse(task.createdAt)))}</span>
      <span className="waiting-what">
        {task.issueKey !== null && <span className="issue-key">{task.issueKey}</span>}
        <Link href={`/sessions/${task.conversation.id}`}>
          {firstLine(task.title ?? task.prompt ?? task.agent.name, 70)}
        </Link>{' '}
        <span className="muted">{task.agent.name}</span>
      </span>
      <span className="waiting-why">
        {stuck && <span aria-hidden="true">⚠ </span>}
        {gone ? 'It no longer waits.' : whyWaiting(task, now)}
      </span>
    </li>
  )
}
