import { useState } from 'react'
import type { ReactNode } from 'react'
import { request } from '../api/request.js'
import { newRequestId } from '../ids.js'
import { Confirm } from '../parts/confirm.js'
import { useSession } from './session-context.js'
import type { TaskDetail } from './task-facts.js'

export function isOpen({ status }: Pick<TaskDetail, 'status'>): boolean {
  return ['QUEUED', 'CLAIMED', 'RUNNING'].includes(status)
}

export function TaskActions({ task }: { task: Pick<TaskDetail, 'id' | 'status'> }): ReactNode {
  const { mayChange } = useSession()
  // One id per opened row: a repeated click makes only one rerun.
  const [requestId] = useState(newRequestId)
  if (!mayChange) return null
  if (isOpen(task)) {
    return (
      <Confirm
        trigger={
          <button type="button" className="button quiet">
            Cancel task
          </button>
        }
        title="Cancel this task?"
        confirm="Cancel the task"
        act={() => request('CancelTask', { input: { taskId: task.id, reason: 'cancelled from the dashboard' } })}
      >
        <p>The agent is asked to stop. Its session stays and can still be resumed.</p>
      </Confirm>
    )
  }
  return (
    <Confirm
      trigger={
        <button type="button" className="button quiet">
          Rerun
        </button>
      }
      title="Run this task again?"
      confirm="Run it again"
      act={() => request('RerunTask', { input: { taskId: task.id, requestId } })}
    >
      <p>
        This creates a new task with the same prompt. It works in this task’s directory and resumes this task’s session,
        if that session can still be resumed there. It never resumes a newer session.
      </p>
    </Confirm>
  )
}
