import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { request } from '../api/request.js'
import { Confirm } from '../parts/confirm.js'
import type { AgentNode } from './agent-page.js'

export function ArchiveAgent({ agent: { id, name, waiting } }: { agent: AgentNode }): ReactNode {
  const client = useQueryClient()
  const archive = async (): Promise<void> => {
    await request('ArchiveAgent', { input: { agentId: id } })
    await client.invalidateQueries({ queryKey: ['Agent', { id }] })
    for (const queryKey of [['Agents'], ['AgentList']])
      await client.invalidateQueries({ queryKey, refetchType: 'none' })
  }
  return (
    <Confirm
      trigger={
        <button type="button" className="button">
          Archive
        </button>
      }
      title={`Archive ${name}?`}
      confirm="Archive"
      act={archive}
    >
      <p>
        The agent takes no new work. This cannot be undone.{' '}
        {waiting.nodes.length > 0 && 'Its waiting tasks are cancelled. '}
        Its running tasks may finish. Its conversations stay readable.
      </p>
    </Confirm>
  )
}
