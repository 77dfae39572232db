import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ask } from '../api/queries.js'
import { request } from '../api/request.js'
import { newRequestId } from '../ids.js'
import { FormDialog } from '../parts/form-dialog.js'

/** Opens a chat with an agent and navigates to it. */
export function NewChat(): ReactNode {
  const { data } = useQuery(ask('Agents', {}))
  const [, goTo] = useLocation()
  const [requestId, setRequestId] = useState(newRequestId)
  const agents = data?.agents.nodes ?? []
  const begin = async ({ agentId = '', title = '' }: Readonly<Record<string, string>>): Promise<void> => {
    const { createChatSession } = await request('CreateChat', { input: { agentId, title, requestId } })
    setRequestId(newRequestId())
    goTo(`/sessions/${createChatSession.chatSession.id}`)
  }
  return (
    <FormDialog
      trigger={
        <button type="button" className="button primary">
          New chat
        </button>
      }
      title="New chat"
      words="The first message starts a session on the agent’s machine."
      submit="Start"
      act={begin}
    >
      <label>
        Agent
        <select name="agentId" required>
          {agents.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {agents.length === 0 && <p className="muted">There is no agent yet. Create one first.</p>}
      <label>
        Title
        <input name="title" autoComplete="off" maxLength={1000} />
      </label>
    </FormDialog>
  )
}
