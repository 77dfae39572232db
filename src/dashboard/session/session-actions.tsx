import type { ReactNode } from 'react'
import { request } from '../api/request.js'
import { Confirm } from '../parts/confirm.js'
import { plural } from '../words/id-words.js'
import { useSession } from './session-context.js'
import { TaskActions } from './task-actions.js'

export function SessionActions(): ReactNode {
  const { id, conversation, mayChange } = useSession()
  if (!mayChange) return <p className="muted">This token is read-only.</p>
  return (
    <div className="actions">
      {conversation.newestTask !== null && <TaskActions task={conversation.newestTask} />}
      <Confirm
        trigger={
          <button type="button" className="button">
            Reset session
          </button>
        }
        title="Drop every session of this conversation?"
        confirm="Reset"
        act={() => request('ResetSession', { input: { conversationId: id, reason: 'reset from the dashboard' } })}
      >
        <p>
          The next run starts fresh in the newest work directory. Baton never again resumes what it knows now (
          {plural(conversation.bindings.length, 'session')}). Nothing is deleted, and this history stays.
        </p>
      </Confirm>
    </div>
  )
}
