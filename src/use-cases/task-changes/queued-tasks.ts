import { statement } from '../../database/sql.js'
import type { Services } from '../services/services.js'

/** Tasks per round. Each round's changes are committed before the next round is read. */
const ROUND = 200

const QUEUED = statement(
  'queued_of_agent',
  `SELECT q."taskId", q."runtimeId" FROM dispatch q
   WHERE q."workspaceId" = $1 AND q."agentId" = $2 AND q.state <> 'HELD' AND q."runtimeId" IS DISTINCT FROM $3
   ORDER BY q.state, q."runtimeId", q."taskId" LIMIT ${ROUND}`,
)

const QUEUED_HERE = statement(
  'queued_of_conversation',
  `SELECT t.id AS "taskId" FROM task t WHERE t."workspaceId" = $1 AND t."conversationId" = $2 AND t.status = 'QUEUED'
   ORDER BY t.id LIMIT ${ROUND}`,
)

/** The queued tasks of an agent, except those on one runtime, or of a conversation. */
type Queued =
  { workspaceId: string; agentId: string; exceptOn: string | null } | { workspaceId: string; conversationId: string }

/**
 * Calls `act` for each of these queued tasks, round by round, in any number. `act` must take the task out of the queue or
 * move it to `exceptOn`, whose tasks are skipped. A task that is claimed in the meantime leaves the queue anyway.
 */
export async function forEachQueuedTask(
  { database }: Services,
  queued: Queued,
  act: (taskId: string) => Promise<unknown>,
): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    const { workspaceId } = queued
    const round =
      'agentId' in queued
        ? await database.sql.rows<{ taskId: string }>(QUEUED, [workspaceId, queued.agentId, queued.exceptOn])
        : await database.sql.rows<{ taskId: string }>(QUEUED_HERE, [workspaceId, queued.conversationId])
    const fresh = round.filter(({ taskId }) => !seen.has(taskId))
    if (fresh.length === 0) return
    for (const { taskId } of fresh) seen.add(taskId)
    await Promise.all(fresh.map(({ taskId }) => act(taskId)))
  }
}
