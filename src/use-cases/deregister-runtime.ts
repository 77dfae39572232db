import type { Runtime } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import { takeRuntimeOffline } from '../tasks/decide-abandoned.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import { failHeldTasks } from './task-changes/held-tasks.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { decisionsMade } from './transaction/decision-barrier.js'
import { loadRuntimes } from './transaction/load-rows.js'

const DEREGISTER = statement(
  'deregister_runtime',
  `UPDATE runtime r SET "deregisteredAt" = coalesce(r."deregisteredAt", $3) WHERE r."workspaceId" = $1 AND r.id = $2
   RETURNING r.*`,
)

/**
 * Takes a runtime out of service: it gets no more claims, and its active tasks fail with `runtime_offline`. Its waiting
 * tasks keep waiting, for its return or for updateAgent(retargetQueuedTasks).
 */
export async function deregisterRuntime(
  services: Services,
  caller: Caller,
  { runtimeId }: { runtimeId: string },
): Promise<Outcome<{ runtime: Runtime }>> {
  const { workspaceId } = caller
  const { sql } = services.database
  const [known] = await loadRuntimes(sql, [[workspaceId, runtimeId]])
  if (known === undefined) return notFound('rt', runtimeId)
  const forbidden = forbidsDaemon(caller, known.daemonId)
  if (forbidden !== null) return forbidden
  const [runtime] = await sql.rows<Runtime>(DEREGISTER, [workspaceId, runtimeId, services.clock.now()])
  if (runtime === undefined) return notFound('rt', runtimeId)
  await decisionsMade(services.database)
  await failHeldTasks(services, caller, [runtimeId], takeRuntimeOffline)
  return accepted({ runtime })
}
