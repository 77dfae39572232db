import { statement } from '../database/sql.js'
import type { Services } from './services.js'

/** Tasks taken in one round. Each round's changes are committed before the next is read. */
const ROUND = 200

const QUEUED = statement(
  'queued_of_agent',
  `SELECT q."taskId", q."runtimeId" FROM queue_entry q WHERE q."workspaceId" = $1 AND q."agentId" = $2 AND q."taskId" > $3
   ORDER BY q."taskId" LIMIT ${ROUND}`,
)

/** Does something to each queued task of an agent, oldest first, round by round, however many there are. */
export async function forEachQueuedTask(
  { database }: Services,
  { workspaceId, agentId }: { workspaceId: string; agentId: string },
  act: (task: { taskId: string; runtimeId: string }) => Promise<unknown>,
): Promise<void> {
  for (let after = ''; ;) {
    const round = await database.sql.rows<{ taskId: string; runtimeId: string }>(QUEUED, [workspaceId, agentId, after])
    await Promise.all(round.map(act))
    const last = round.at(-1)
    if (last === undefined) return
    after = last.taskId
  }
}
