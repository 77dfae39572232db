import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { problemsAt } from '../api/api-error.js'
import { ask } from '../api/queries.js'
import { Field } from '../parts/field.js'
import type { AgentNode } from './agent-page.js'
import { SaveEnd, useUpdate } from './use-update.js'

interface Settings {
  name: string
  runtimeId: string
  maxConcurrentTasks: number
  retargetQueuedTasks: boolean
}

/** The agent's name, runtime and limit of active tasks. */
export function SettingsForm({ agent }: { agent: AgentNode }): ReactNode {
  const { data: fleet } = useQuery(ask('Runtimes', {}))
  const [typed, setTyped] = useState<Partial<Settings> | null>(null)
  const update = useUpdate(agent.id)
  const { name, maxConcurrentTasks, runtime } = agent
  const shown = { name, maxConcurrentTasks, runtimeId: runtime.id, retargetQueuedTasks: false, ...typed }
  const type = (part: Partial<Settings>): void => setTyped({ ...typed, ...part })
  const save = (event: FormEvent): void => {
    event.preventDefault()
    update.mutate(typed ?? {}, { onSuccess: () => setTyped(null) })
  }
  const problems = (field: string): string[] =>
    problemsAt(update.error, `input.${field}`).map(({ message }) => `It ${message}`)
  const offered = fleet?.runtimes.nodes.filter(({ id, status }) => status !== 'DEREGISTERED' && id !== runtime.id) ?? []
  return (
    <form className="card fields" aria-label="Settings" onSubmit={save} noValidate>
      <h2>Settings</h2>
      <Field label="Name" problems={problems('name')}>
        {(props) => (
          <input
            {...props}
            autoComplete="off"
            value={shown.name}
            onChange={({ target }) => type({ name: target.value })}
          />
        )}
      </Field>
      <Field
        label="Runtime"
        hint="Sessions do not move with the agent. On another runtime, its runs start fresh."
        problems={problems('runtimeId')}
      >
        {(props) => (
          <select {...props} value={shown.runtimeId} onChange={({ target }) => type({ runtimeId: target.value })}>
            {[runtime, ...offered].map(({ id, name: called, status }) => (
              <option key={id} value={id}>
                {called}
                {status === 'ONLINE' ? '' : ` (${status.toLowerCase()})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      {shown.runtimeId !== runtime.id && (
        <label className="check">
          <input
            type="checkbox"
            checked={shown.retargetQueuedTasks}
            onChange={({ target }) => type({ retargetQueuedTasks: target.checked })}
          />{' '}
          Also move its waiting tasks
        </label>
      )}
      <Field label="Concurrent tasks" hint="1 to 1,000." problems={problems('maxConcurrentTasks')}>
        {(props) => (
          <input
            {...props}
            type="number"
            min={1}
            max={1000}
            value={Number.isNaN(shown.maxConcurrentTasks) ? '' : shown.maxConcurrentTasks}
            onChange={({ target }) => type({ maxConcurrentTasks: target.valueAsNumber })}
          />
        )}
      </Field>
      <SaveEnd
        update={update}
        save="Save settings"
        changed={typed !== null}
        forget={() => {
          setTyped(null)
          update.reset()
        }}
        shownAt={['input.name', 'input.runtimeId', 'input.maxConcurrentTasks']}
      />
    </form>
  )
}
