import type { Agent } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import { cancel } from '../tasks/decide.js'
import type { Caller } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import { forEachQueuedTask } from './task-changes/queued-tasks.js'
import type { Services } from './services/services.js'
import { commandTask } from './task-changes/task-work.js'
import { decisionsMade } from './transaction/decision-barrier.js'

const ARCHIVE = statement(
  'archive_agent',
  `UPDATE agent SET "archivedAt" = coalesce("archivedAt", $3) WHERE "workspaceId" = $1 AND id = $2 RETURNING *`,
)

/**
 * Archives an agent: it takes no new work, its waiting tasks are cancelled, and its running tasks may finish. A repeat gets
 * the same answer.
 */
export async function archiveAgent(
  services: Services,
  caller: Caller,
  { agentId }: { agentId: string },
): Promise<Outcome<{ agent: Agent }>> {
  const { workspaceId } = caller
  const now = services.clock.now()
  const [agent] = await services.database.sql.rows<Agent>(ARCHIVE, [workspaceId, agentId, now])
  if (agent === undefined) return notFound('agt', agentId)
  await decisionsMade(services.database)
  await forEachQueuedTask(services, { workspaceId, agentId, exceptOn: null }, (taskId) =>
    commandTask(services, caller, {
      taskId,
      verb: 'cancelled',
      decide: (task) =>
        task.status === 'QUEUED' ? cancel({ task, reason: 'The agent was archived.' }) : { kind: 'ignored' },
    }),
  )
  return accepted({ agent })
}
