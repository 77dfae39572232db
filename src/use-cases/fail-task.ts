import type { Task } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import { fail } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import { endingOf } from './complete-task.js'
import type { EndingInput } from './complete-task.js'
import type { Outcome } from './calls/outcome.js'
import { accepted } from './calls/outcome.js'
import { followFailure } from './task-changes/retry-plan.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'

export interface FailTaskInput extends EndingInput {
  taskId: string
  claimToken: string
  failureReason: string
  error: string
  /** Set on a failure of the account: when the account can be used again. */
  retryAt?: Date | null
}

const RETRY_OF = statement(
  'retry_of',
  `SELECT t.* FROM task t WHERE t."workspaceId" = $1 AND t."retryOf" = $2 ORDER BY t.id LIMIT 1`,
)

/** Fails a run. The failure is classified once, here, and retried if the rules say so. A repeat gets the same answer. */
export async function failTask(
  services: Services,
  caller: Caller,
  input: FailTaskInput,
): Promise<Outcome<{ task: Task; retry: Task | null }>> {
  const { taskId, claimToken, failureReason, error } = input
  const outcome = await commandTask(services, caller, {
    taskId,
    verb: 'failed',
    decide: (task, held, { state, now }) =>
      fail({
        task,
        held,
        presented: claimToken,
        ending: endingOf(input),
        failureReason,
        error,
        account: {
          account: state.run?.taskId === taskId ? state.run.account : null,
          retryAt: input.retryAt?.toISOString() ?? null,
          now: now.toISOString(),
        },
      }),
    follow: followFailure,
  })
  if (!outcome.ok) return outcome
  const { task, done } = outcome.value
  const { retryId } = done.answer
  if (retryId !== undefined) return accepted({ task, retry: done.tasks.get(retryId) ?? null })
  const [retry] = await services.database.sql.rows<Task>(RETRY_OF, [caller.workspaceId, taskId])
  return accepted({ task, retry: retry ?? null })
}
