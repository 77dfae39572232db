import { statement } from '../database/sql.js'
import type { Caller } from './caller.js'
import { forbidsDaemon } from './caller.js'
import type { Outcome } from './outcome.js'
import { accepted, illegalTransition, notFound, staleClaim } from './outcome.js'
import type { Services } from './services.js'
import type { TaskStatus } from '../tasks/task-state.js'

export interface ReportTaskProgressInput {
  taskId: string
  claimToken: string
  entries: readonly { seq: number; kind: string; text: string; at?: Date | null }[]
}

interface Report {
  status: TaskStatus
  daemonId: string
  current: boolean
  accepted: number
  lastSeq: number | null
}

/**
 * Fenced and written in one statement. The claim's row is locked for it, so that nothing can end the task between the
 * check and the write.
 */
const REPORT = statement(
  'report_progress',
  `WITH task AS (
     SELECT t.id, t.status, coalesce(t."claimToken" = $3, false) AS current, r."daemonId"
     FROM task t JOIN runtime r ON r."workspaceId" = t."workspaceId" AND r.id = t."runtimeId"
     WHERE t."workspaceId" = $1 AND t.id = $2
   ), held AS (
     SELECT c."taskId" FROM claim c JOIN task t ON t.id = c."taskId"
     WHERE c."workspaceId" = $1 AND t.current AND ($6::text IS NULL OR t."daemonId" = $6) FOR UPDATE OF c
   ), written AS (
     INSERT INTO task_progress ("workspaceId", "taskId", seq, kind, text, at)
     SELECT $1, h."taskId", e.seq, e.kind, e.text, coalesce(e.at, $5::timestamptz)
     FROM held h CROSS JOIN json_to_recordset($4::json) AS e(seq int, kind text, text text, at timestamptz)
     ON CONFLICT DO NOTHING
     RETURNING seq
   )
   SELECT t.status, t.current, t."daemonId", (SELECT count(*)::int FROM written) AS accepted,
     greatest((SELECT max(seq) FROM written),
       (SELECT max(p.seq) FROM task_progress p WHERE p."workspaceId" = $1 AND p."taskId" = $2)) AS "lastSeq"
   FROM task t`,
)

/** Adds to a run's progress. Entries are known by their seq: one that was sent before is passed over. */
export async function reportTaskProgress(
  { database, clock }: Services,
  caller: Caller,
  { taskId, claimToken, entries }: ReportTaskProgressInput,
): Promise<Outcome<{ accepted: number; lastSeq: number }>> {
  const daemonId = caller.kind === 'DAEMON' ? caller.daemonId : null
  const values = [caller.workspaceId, taskId, claimToken, JSON.stringify(entries), clock.now(), daemonId]
  const [report] = await database.sql.rows<Report>(REPORT, values)
  if (report === undefined) return notFound('task', taskId)
  const forbidden = forbidsDaemon(caller, report.daemonId)
  if (forbidden !== null) return forbidden
  if (!report.current) return staleClaim
  const runs = report.status === 'CLAIMED' || report.status === 'RUNNING'
  if (!runs) return illegalTransition('reported on', report.status)
  return accepted({ accepted: report.accepted, lastSeq: report.lastSeq ?? -1 })
}
