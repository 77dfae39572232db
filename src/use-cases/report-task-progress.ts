import { HELD } from '../claim-queue/states.js'
import { statement } from '../database/sql.js'
import { MOST_PROGRESS_BYTES, MOST_PROGRESS_ENTRIES } from './calls/bounds.js'
import type { Caller } from './calls/caller.js'
import { forbidsDaemon } from './calls/caller.js'
import type { Outcome } from './calls/outcome.js'
import { accepted, badInput, illegalTransition, notFound, staleClaim } from './calls/outcome.js'
import type { Services } from './services/services.js'
import { progressTopic } from '../wake-ups/hint.js'
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
  /** The number of entries before this report; null if the claim is not held. */
  entries: number | null
  tooMany: boolean | null
  tooLong: boolean | null
}

const bytesOf = (row: string): string => `octet_length(${row}.kind) + octet_length(${row}.text)`

/**
 * Fences, bounds and writes a report in one statement. It locks the claim's row, so that the task cannot end between the
 * check and the write; the token is checked on the locked row, which the next claim of the task has too. That row counts the task's entries and bytes. The first report of a claim counts the existing
 * entries, because an earlier, released claim may have left some.
 */
const REPORT = statement(
  'report_progress',
  `WITH task AS (
     SELECT t.id, t.status, coalesce(t."claimToken" = $3, false) AS current, r."daemonId"
     FROM task t JOIN runtime r ON r."workspaceId" = t."workspaceId" AND r.id = t."runtimeId"
     WHERE t."workspaceId" = $1 AND t.id = $2
   ), held AS (
     SELECT c."taskId", c."progressEntries" AS entries, c."progressBytes" AS bytes
     FROM dispatch c JOIN task t ON t.id = c."taskId"
     WHERE c."workspaceId" = $1 AND c.state = ${HELD} AND c."claimToken" = $3 AND t.current AND ($6::text IS NULL OR t."daemonId" = $6) FOR UPDATE OF c
   ), kept AS (
     SELECT h."taskId", coalesce(h.entries, counted.entries) AS entries, coalesce(h.bytes, counted.bytes) AS bytes
     FROM held h LEFT JOIN LATERAL (
       SELECT count(*)::int AS entries, coalesce(sum(${bytesOf('p')}), 0)::int AS bytes FROM task_progress p
       WHERE h.entries IS NULL AND p."workspaceId" = $1 AND p."taskId" = h."taskId") counted ON true
   ), fresh AS (
     SELECT DISTINCT ON (e.seq) e.seq, e.kind, e.text, coalesce(e.at, $5::timestamptz) AS at
     FROM kept k CROSS JOIN json_to_recordset($4::json) AS e(seq int, kind text, text text, at timestamptz)
     -- Not as NOT EXISTS: the join that it becomes may read all that the task has for each entry.
     WHERE (SELECT true FROM task_progress p
       WHERE p."workspaceId" = $1 AND p."taskId" = k."taskId" AND p.seq = e.seq LIMIT 1) IS NULL
   ), room AS (
     SELECT k.*, k.entries + f.entries > $7::int AS "tooMany", k.bytes + f.bytes > $8::int AS "tooLong"
     FROM kept k CROSS JOIN (
       SELECT count(*) AS entries, coalesce(sum(${bytesOf('fresh')}), 0) AS bytes FROM fresh) f
   ), written AS (
     INSERT INTO task_progress AS p ("workspaceId", "taskId", seq, kind, text, at)
     SELECT $1, r."taskId", f.seq, f.kind, f.text, f.at FROM room r CROSS JOIN fresh f
     WHERE NOT r."tooMany" AND NOT r."tooLong"
     ON CONFLICT DO NOTHING
     RETURNING p.seq, ${bytesOf('p')} AS bytes
   ), counted AS (
     UPDATE dispatch c SET "progressEntries" = r.entries + w.entries, "progressBytes" = r.bytes + w.bytes
     FROM room r CROSS JOIN (
       SELECT count(*)::int AS entries, coalesce(sum(bytes), 0)::int AS bytes FROM written) w
     WHERE c."workspaceId" = $1 AND c."taskId" = r."taskId" AND (w.entries > 0 OR c."progressEntries" IS NULL)
   )
   SELECT t.status, t.current, t."daemonId", (SELECT count(*)::int FROM written) AS accepted,
     greatest((SELECT max(seq) FROM written),
       (SELECT max(p.seq) FROM task_progress p WHERE p."workspaceId" = $1 AND p."taskId" = $2)) AS "lastSeq",
     r.entries, r."tooMany", r."tooLong"
   FROM task t LEFT JOIN room r ON r."taskId" = t.id`,
)

/**
 * Adds to a run's progress. Entries are identified by seq, and a repeated one is skipped. A report that would exceed a
 * bound is refused as a whole; the run itself continues.
 */
export async function reportTaskProgress(
  { database, clock, wakeUps }: Services,
  caller: Caller,
  { taskId, claimToken, entries }: ReportTaskProgressInput,
): Promise<Outcome<{ accepted: number; lastSeq: number }>> {
  const daemonId = caller.kind === 'DAEMON' ? caller.daemonId : null
  const values = [caller.workspaceId, taskId, claimToken, JSON.stringify(entries), clock.now(), daemonId]
  const [report] = await database.sql.rows<Report>(REPORT, [...values, MOST_PROGRESS_ENTRIES, MOST_PROGRESS_BYTES])
  if (report === undefined) return notFound('task', taskId)
  const forbidden = forbidsDaemon(caller, report.daemonId)
  if (forbidden !== null) return forbidden
  if (!report.current) return staleClaim
  const runs = report.status === 'CLAIMED' || report.status === 'RUNNING'
  if (!runs) return illegalTransition('reported on', report.status)
  // The claim ended while the report waited for its row.
  if (report.entries === null) return staleClaim
  if (report.tooMany === true) return tooMuch(`${MOST_PROGRESS_ENTRIES.toLocaleString('en')} entries`, report.entries)
  if (report.tooLong === true) return tooMuch(`${MOST_PROGRESS_BYTES / 1024 / 1024} MB`, report.entries)
  wakeUps.hub.wakeAllOf(progressTopic(caller.workspaceId, taskId))
  return accepted({ accepted: report.accepted, lastSeq: report.lastSeq ?? -1 })
}

function tooMuch(most: string, entries: number | null): ReturnType<typeof badInput> {
  return badInput(
    'input.entries',
    `A task keeps at most ${most} of progress. It already has ${entries ?? 0} entries, so these are too many. ` +
      'Send fewer or none. The run can continue, and completeTask takes its result.',
  )
}
