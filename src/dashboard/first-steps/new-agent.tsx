import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { ask } from '../api/queries.js'
import { request } from '../api/request.js'
import { newRequestId } from '../ids.js'
import { FormDialog } from '../parts/form-dialog.js'

/** Creates an agent: a name, a runtime, and the CLI's config. */
export function NewAgent(): ReactNode {
  const client = useQueryClient()
  const { data: fleet } = useQuery(ask('Runtimes', {}))
  const [requestId, setRequestId] = useState(newRequestId)
  const runtimes = fleet?.runtimes.nodes.filter(({ status }) => status !== 'DEREGISTERED') ?? []
  const make = async (entered: Readonly<Record<string, string>>): Promise<void> => {
    const { name = '', runtimeId = '', model = '', instructions = '' } = entered
    const config = { ...(model !== '' && { model }), ...(instructions !== '' && { instructions }) }
    await request('CreateAgent', { input: { name, runtimeId, config, requestId } })
    setRequestId(newRequestId())
    await client.invalidateQueries({ queryKey: ['Agents'] })
  }
  return (
    <FormDialog
      trigger={
        <button type="button" className="button">
          New agent
        </button>
      }
      title="New agent"
      words="An agent works on one runtime: one agent CLI on one machine. You can move it later."
      submit="Create"
      act={make}
    >
      <label>
        Name
        <input name="name" required placeholder="Ada" autoComplete="off" autoFocus />
      </label>
      <label>
        Runtime
        <select name="runtimeId" required>
          {runtimes.map(({ id, name, status }) => (
            <option key={id} value={id}>
              {name}
              {status === 'ONLINE' ? '' : ' (offline)'}
            </option>
          ))}
        </select>
      </label>
      {runtimes.length === 0 && <p className="muted">There is no runtime yet. Connect a machine first.</p>}
      <label>
        Model <span className="muted">(empty: the CLI’s default)</span>
        <input name="model" autoComplete="off" />
      </label>
      <label>
        Instructions
        <textarea name="instructions" rows={3} />
      </label>
    </FormDialog>
  )
}
