import { Dialog } from '@base-ui/react/dialog'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { request } from '../api/request.js'
import { newRequestId } from '../ids.js'
import { StatusChip } from '../parts/chips.js'
import { Problem } from '../parts/notice.js'
import { useSession } from './session-context.js'

const POLL_MS = 1_000
const FINAL = ['COMPLETED', 'FAILED', 'CANCELLED']

/** Sends a message, and shows the turn it starts: progress as it comes in, then the reply. */
export function Talk({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }): ReactNode {
  const { id, conversation } = useSession()
  const [content, setContent] = useState('')
  const [taskId, setTaskId] = useState<string | null>(null)
  const [requestId, setRequestId] = useState(newRequestId)
  const send = useMutation({
    mutationFn: () => request('SendMessage', { input: { chatSessionId: id, content, requestId } }),
    onSuccess: ({ sendChatMessage }) => {
      setTaskId(sendChatMessage.task.id)
      setContent('')
      setRequestId(newRequestId())
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (content.trim() !== '') send.mutate()
  }
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="drawer">
          <Dialog.Title className="dialog-title">To {conversation.agent.name}</Dialog.Title>
          <Dialog.Description className="muted">
            A turn of its own, run by {conversation.agent.runtime.name}.
          </Dialog.Description>
          {taskId !== null && <Turn taskId={taskId} />}
          {send.error !== null && <Problem error={send.error} />}
          <form onSubmit={submit} className="talk-form">
            <label htmlFor="message">Message</label>
            <textarea
              id="message"
              rows={4}
              value={content}
              onChange={(event) => setContent(event.target.value)}
              onKeyDown={(event) => event.key === 'Enter' && (event.metaKey || event.ctrlKey) && submit(event)}
            />
            <div className="dialog-end">
              <Dialog.Close className="button">Close</Dialog.Close>
              <button type="submit" className="button primary" disabled={send.isPending || content.trim() === ''}>
                Send
              </button>
            </div>
          </form>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Turn({ taskId }: { taskId: string }): ReactNode {
  const { data, error } = useQuery({
    ...ask('TaskDetail', { id: taskId }),
    refetchInterval: ({ state }) => (FINAL.includes(state.data?.task?.status ?? '') ? false : POLL_MS),
  })
  if (error !== null) return <Problem error={error} />
  const task = data?.task
  if (task == null) return null
  return (
    <div className="turn" aria-live="polite">
      <blockquote className="prompt">
        <p>{task.prompt}</p>
      </blockquote>
      <p>
        <StatusChip status={task.status} />
      </p>
      <ol className="turn-progress">
        {task.progress.nodes.map(({ seq, kind, text }) => (
          <li key={seq}>
            <span className="muted">{kind}</span> {text}
          </li>
        ))}
      </ol>
      {task.output !== null && (
        <blockquote className="output">
          <p>{task.output}</p>
        </blockquote>
      )}
      {task.failure !== null && (
        <p className="failure">
          {task.failure.reason}: {task.failure.error}
        </p>
      )}
    </div>
  )
}
