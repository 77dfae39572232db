import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ApiError } from '../api/api-error.js'
import type { Variables } from '../api/request.js'
import { request } from '../api/request.js'
import { Problem } from '../parts/notice.js'

type Change = Omit<Variables<'UpdateAgent'>['input'], 'agentId'>
export type Update = UseMutationResult<unknown, unknown, Change>

/** Changes an agent and reads it again. */
export function useUpdate(agentId: string): Update {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (change: Change) => request('UpdateAgent', { input: { agentId, ...change } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['Agent', { id: agentId }] })
      // These lists show the agent's name.
      for (const queryKey of [['Agents'], ['AgentList']])
        await client.invalidateQueries({ queryKey, refetchType: 'none' })
    },
  })
}

interface Props {
  update: Update
  save: string
  changed: boolean
  forget: () => void
  /** Paths of fields that show their own problems. */
  shownAt: readonly string[]
}

/** The end of a form: the problems that no field shows, and the buttons. */
export function SaveEnd({ update, save, changed, forget, shownAt }: Props): ReactNode {
  const { error, isPending, isSuccess } = update
  const isShown = (path: string): boolean => shownAt.some((field) => path === field || path.startsWith(`${field}.`))
  const atFields =
    error instanceof ApiError && error.fields.length > 0 && error.fields.every(({ path }) => isShown(path))
  return (
    <>
      {error !== null && !atFields && <Problem error={error} />}
      <div className="fields-end">
        <span role="status" className="muted">
          {isSuccess && !changed && 'Saved.'}
        </span>
        {changed && (
          <button type="button" className="button" onClick={forget}>
            Discard changes
          </button>
        )}
        <button type="submit" className="button primary" disabled={isPending || !changed}>
          {save}
        </button>
      </div>
    </>
  )
}
