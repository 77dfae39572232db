import { lazy, Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import { request } from '../api/request.js'
import { Confirm } from '../parts/confirm.js'
import { useSession } from './session-context.js'

const Talk = lazy(async () => ({ default: (await import('./talk.js')).Talk }))

export function SessionActions(): ReactNode {
  const { id, conversation, mayChange } = useSession()
  const [talking, setTalking] = useState(false)
  const [talked, setTalked] = useState(false)
  if (!mayChange) return <p className="muted">This token may look, and change nothing.</p>
  return (
    <div className="actions">
      {'title' in conversation && (
        <button
          type="button"
          className="button primary"
          onClick={() => {
            setTalked(true)
            setTalking(true)
          }}
        >
          Send a message
        </button>
      )}
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
          The next run starts fresh, in the newest work directory. The {conversation.bindings.length} known sessions are
          never resumed again; nothing is deleted, and this history stays.
        </p>
      </Confirm>
      {talked && (
        <Suspense>
          <Talk open={talking} setOpen={setTalking} />
        </Suspense>
      )}
    </div>
  )
}
