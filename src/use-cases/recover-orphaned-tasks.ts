import type { Runtime, Task } from '../generated/prisma/client.js'
import { statement } from '../database/sql.js'
import { recover } from '../tasks/decide-abandoned.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import { refusesMachine } from './calls/daemon-instance.js'
import type { Instance } from './calls/daemon-instance.js'
import { failHeldTasks } from './task-changes/held-tasks.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, notFound } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { decisionsMade } from './transaction/decision-barrier.js'

export interface RecoverOrphanedTasksInput {
  daemonId: string
  /** null: all runtimes of the daemon. */
  runtimeIds?: readonly string[] | null
  /** The starting process of the daemon; missing from clients that send none. */
  instance?: Instance | null
}

const RUNTIMES = statement(
  'runtimes_of_daemon',
  `SELECT r.* FROM runtime r WHERE r."workspaceId" = $1 AND (r."daemonId" = $2 OR r.id = ANY($3::text[]))`,
)

/**
 * A daemon that starts holds nothing, so the claims of its earlier process fail with `runtime_recovery`, and are retried if
 * the rules allow it. Refused while another machine with the same daemonId is not silent, because its claims are alive.
 */
export async function recoverOrphanedTasks(
  services: Services,
  caller: Caller,
  { daemonId, runtimeIds, instance }: RecoverOrphanedTasksInput,
): Promise<Outcome<{ failed: Task[]; retries: Task[] }>> {
  const forbidden = forbidsDaemon(caller, daemonId)
  if (forbidden !== null) return forbidden
  const rows = await services.database.sql.rows<Runtime>(RUNTIMES, [caller.workspaceId, daemonId, runtimeIds ?? []])
  for (const id of runtimeIds ?? []) {
    const runtime = rows.find((row) => row.id === id)
    if (runtime === undefined) return notFound('rt', id)
    if (runtime.daemonId !== daemonId) {
      return badInput('input.runtimeIds', `Runtime ${id} belongs to daemon ${runtime.daemonId}, not to ${daemonId}.`)
    }
  }
  const named = runtimeIds == null ? rows : rows.filter(({ id }) => runtimeIds.includes(id))
  const elsewhere = refusesMachine(instance, named, { timers: services.timers, now: services.clock.now() })
  if (elsewhere !== null) return elsewhere
  // The last claim of the earlier process may still be in progress.
  await decisionsMade(services.database)
  const own = named.map(({ id }) => id)
  return accepted(await failHeldTasks(services, caller, own, recover))
}
