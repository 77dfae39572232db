import { END_COOLING } from '../claim-queue/cooling.js'
import { statement } from '../database/sql.js'
import { refreshStatistics } from '../database/statistics.js'
import { REQUEST_RECORD_HOURS } from '../event-log/request-records.js'
import { expire, expireQueued } from '../tasks/decide-abandoned.js'
import type { TaskDecision } from '../tasks/task-decision.js'
import type { TaskState } from '../tasks/task-state.js'
import { isActive } from '../tasks/task-state.js'
import { promoteDue } from './transaction/promote-due.js'
import { followFailure } from './task-changes/retry-plan.js'
import type { Services } from './services/services.js'
import { theServer } from './calls/caller.js'
import { commandTask } from './task-changes/task-work.js'
import type { LoadedConversation } from './transaction/conversation-work.js'

/** Rows of each kind per sweep; the next sweep takes the rest. */
const MAX_SWEPT = 500

const EXPIRED = statement(
  'expired_claims',
  `SELECT c."workspaceId", c."taskId" FROM dispatch c WHERE c.state = 'HELD' AND c."leaseExpiresAt" <= $1
   ORDER BY c."leaseExpiresAt" LIMIT ${MAX_SWEPT}`,
)

const OUTWAITED = statement(
  'outwaited_entries',
  `SELECT o.* FROM runtime r CROSS JOIN LATERAL (
     SELECT q."workspaceId", q."taskId" FROM dispatch q
     WHERE q."workspaceId" = r."workspaceId" AND q."runtimeId" = r.id AND q.state <> 'HELD' AND q."enqueuedAt" <= $1 AND q."availableAt" <= $1
     ORDER BY q."enqueuedAt" LIMIT 50) o
   LIMIT ${MAX_SWEPT}`,
)

const DELETE_RECORDS = statement(
  'delete_request_records',
  `DELETE FROM request_record r USING (
     SELECT d."workspaceId", d.actor, d.mutation, d."requestId" FROM request_record d
     WHERE d."createdAt" < $1 ORDER BY d."createdAt" LIMIT ${MAX_SWEPT} FOR UPDATE SKIP LOCKED) old
   WHERE r."workspaceId" = old."workspaceId" AND r.actor = old.actor AND r.mutation = old.mutation
     AND r."requestId" = old."requestId"
   RETURNING 1`,
)

export interface Swept {
  expired: number
  promoted: number
  queueExpired: number
  recordsDeleted: number
}

/**
 * Does everything that only time causes: expired leases, scheduled tasks that are due, runtimes that have cooled down,
 * tasks that waited too long, expired records, outdated statistics, a long write-ahead log. It also stores which runtimes
 * claims ask for. Each task is decided under its conversation's lock, so many processes may sweep at once.
 *
 * @throws the first error, after everything else is done: a task that cannot be ended delays no other
 */
export async function sweep(services: Services): Promise<Swept> {
  const { database, clock, timers } = services
  const now = clock.now()
  const claims = await database.sql.rows<TaskKey>(EXPIRED, [now])
  const expired = await endAll(services, claims, (task, { claim, now: then }) =>
    isActive(task) && claim !== null && claim.taskId === task.id && claim.leaseExpiresAt <= then
      ? expire({ task })
      : { kind: 'ignored' },
  )
  const promoted = await promoteDue(database, now)
  const cooled = await database.sql.rows<{ workspaceId: string; runtimeId: string }>(END_COOLING, [now])
  services.wakeUps.announce({ runtimes: [...promoted, ...cooled], logs: [] })
  const queueExpired = timers.queueTtl === 0 ? NOTHING_ENDED : await expireOutwaited(services, now)
  const oldest = new Date(now.getTime() - REQUEST_RECORD_HOURS * 3_600_000)
  const deleted = await database.sql.rows(DELETE_RECORDS, [oldest])
  await refreshStatistics(database.sql)
  await database.checkpointIfDue()
  await services.asked.write(database.sql, now)
  const [failure] = [...expired.failures, ...queueExpired.failures]
  if (failure !== undefined) throw failure
  return {
    expired: expired.count,
    promoted: promoted.length,
    queueExpired: queueExpired.count,
    recordsDeleted: deleted.length,
  }
}

interface Ended {
  count: number
  failures: Error[]
}

const NOTHING_ENDED: Ended = { count: 0, failures: [] }

interface TaskKey {
  workspaceId: string
  taskId: string
}

async function expireOutwaited(services: Services, now: Date): Promise<Ended> {
  const before = new Date(now.getTime() - services.timers.queueTtl * 1000)
  const tasks = await services.database.sql.rows<TaskKey>(OUTWAITED, [before])
  return endAll(services, tasks, (task) => (task.status === 'QUEUED' ? expireQueued({ task }) : { kind: 'ignored' }))
}

async function endAll(
  services: Services,
  tasks: readonly TaskKey[],
  decide: (task: TaskState, loaded: LoadedConversation) => TaskDecision,
): Promise<Ended> {
  const outcomes = await Promise.allSettled(
    tasks.map(({ workspaceId, taskId }) =>
      commandTask(services, theServer(workspaceId), {
        taskId,
        verb: 'expired',
        decide: (task, _held, loaded) => decide(task, loaded),
        follow: followFailure,
      }),
    ),
  )
  const ended = outcomes.filter(
    (outcome) => outcome.status === 'fulfilled' && outcome.value.ok && outcome.value.value.accepted,
  )
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
  return { count: ended.length, failures }
}
