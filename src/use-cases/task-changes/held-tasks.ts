import type { Task } from '../../generated/prisma/client.js'
import { HELD } from '../../claim-queue/states.js'
import { statement } from '../../database/sql.js'
import { taskStateOf } from '../../event-log/task-row.js'
import type { TaskDecision } from '../../tasks/task-decision.js'
import { isActive } from '../../tasks/task-state.js'
import type { TaskState } from '../../tasks/task-state.js'
import type { Caller } from '../calls/caller.js'
import { followFailure } from './retry-plan.js'
import type { Services } from '../services/services.js'
import { commandTask } from './task-work.js'

const HELD_BY = statement(
  'held_by_runtimes',
  `SELECT c."taskId" FROM dispatch c
   WHERE c."workspaceId" = $1 AND c."runtimeId" = ANY($2::text[]) AND c.state = ${HELD} ORDER BY c."taskId"`,
)

/**
 * Fails the active tasks of these runtimes, each together with its retry in one transaction. A task that ends otherwise in
 * the meantime is left as it ended.
 */
export async function failHeldTasks(
  services: Services,
  caller: Caller,
  runtimeIds: readonly string[],
  decide: (abandoned: { task: TaskState }) => TaskDecision,
): Promise<{ failed: Task[]; retries: Task[] }> {
  const held = await services.database.sql.rows<{ taskId: string }>(HELD_BY, [caller.workspaceId, runtimeIds])
  const outcomes = await Promise.all(
    held.map(({ taskId }) =>
      commandTask(services, caller, {
        taskId,
        verb: 'failed',
        decide: (task) => (isActive(task) ? decide({ task }) : { kind: 'ignored' }),
        follow: followFailure,
      }),
    ),
  )
  const failed: Task[] = []
  const retries: Task[] = []
  for (const outcome of outcomes) {
    if (!outcome.ok || !outcome.value.accepted || taskStateOf(outcome.value.task).status !== 'FAILED') continue
    failed.push(outcome.value.task)
    const { answer, tasks } = outcome.value.done
    const retry = answer.retryId === undefined ? undefined : tasks.get(answer.retryId)
    if (retry !== undefined) retries.push(retry)
  }
  return { failed, retries }
}
