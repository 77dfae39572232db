import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import { archiveProblem } from '../../event-log/sealed/sealed-events.js'
import { deleteProgress } from './expire-progress.js'
import { inBatches } from './in-batches.js'

/** Events deleted per step, with the rows that belong to them: some milliseconds. */
const BATCH = 500
/** Conversations per step. */
const STREAMS = 20

const UNCLEARED = statement(
  'uncleared_streams',
  `SELECT s."workspaceId", s."conversationId", s."throughVersion", s.file, s."exportDigest" FROM sealed_stream s WHERE s."clearedAt" IS NULL
     AND (s."workspaceId", s."conversationId") > ($1, $2)
   ORDER BY s."workspaceId", s."conversationId" LIMIT ${STREAMS}`,
)

const KEYS = 'unnest($1::text[], $2::text[], $3::int[]) AS x(w, id, through)'

const SEALED_TASKS = statement(
  'sealed_tasks',
  `SELECT e."workspaceId", e."taskId" FROM ${KEYS} JOIN session_event e
     ON e."workspaceId" = x.w AND e."conversationId" = x.id AND e.version <= x.through AND e.type = 'TASK_ENQUEUED'`,
)

/**
 * Deletes the first remaining sealed events with their tasks, contents, messages and snapshots, and nothing newer than the
 * sealing. It locks the tombstones, so a restore waits for it.
 */
const CLEAR = statement(
  'clear_sealed',
  `WITH sealed AS MATERIALIZED (
     SELECT s."workspaceId" AS w, s."conversationId" AS id, s."throughVersion" AS through FROM ${KEYS} JOIN sealed_stream s
       ON s."workspaceId" = x.w AND s."conversationId" = x.id AND s."throughVersion" = x.through AND s."clearedAt" IS NULL
     ORDER BY s."workspaceId", s."conversationId" FOR UPDATE OF s
   ), page AS MATERIALIZED (
     SELECT e.* FROM sealed s CROSS JOIN LATERAL (
       SELECT e."workspaceId" AS w, e."conversationId" AS id, e.position, e.type, e."taskId", e.data ->> 'messageId' AS message
       FROM session_event e WHERE e."workspaceId" = s.w AND e."conversationId" = s.id AND e.version <= s.through
       ORDER BY e.version LIMIT ${BATCH}) e
     LIMIT ${BATCH}
   ), contents AS (
     DELETE FROM task_content c USING page p WHERE p.type = 'TASK_ENQUEUED' AND c."workspaceId" = p.w AND c."taskId" = p."taskId"
   ), messages AS (
     DELETE FROM chat_message m USING page p WHERE p.type = 'MESSAGE_POSTED' AND m."workspaceId" = p.w AND m.id = p.message
   ), tasks AS (
     DELETE FROM task_row t USING page p WHERE p.type = 'TASK_ENQUEUED' AND t."workspaceId" = p.w AND t.id = p."taskId"
   ), snapshots AS (
     DELETE FROM session_snapshot n USING page p
     WHERE n."workspaceId" = p.w AND n."conversationId" = p.id AND n.position = p.position
   )
   DELETE FROM session_event e USING page p WHERE e."workspaceId" = p.w AND e.position = p.position
   RETURNING 1`,
)

/**
 * Only once no sealed event is left, because nothing can delete one later. A server may have run out of rows while another one
 * deletes: its statement sees the rows of that one's page, and deletes none of them.
 */
const DONE = statement(
  'sealed_is_cleared',
  `UPDATE sealed_stream s SET "clearedAt" = $4 WHERE "workspaceId" = $1 AND "conversationId" = $2 AND "throughVersion" = $3
     AND "clearedAt" IS NULL AND NOT EXISTS (SELECT FROM session_event e
       WHERE e."workspaceId" = s."workspaceId" AND e."conversationId" = s."conversationId" AND e.version <= s."throughVersion")`,
)

interface Uncleared {
  workspaceId: string
  conversationId: string
  throughVersion: number
  file: string
  exportDigest: string
}

/**
 * Deletes the rows of all sealed conversations, and continues where a killed server stopped. Returns the number of deleted
 * events.
 */
export async function clearSealed(
  sql: Sql,
  archive: ArchiveDirectory,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  let left = 0
  let after = ['', '']
  while (!signal.aborted) {
    const next = await sql.rows<Uncleared>(UNCLEARED, after)
    const last = next.at(-1)
    if (last === undefined) break
    after = [last.workspaceId, last.conversationId]
    left += await clear(sql, archive, next, now, signal)
  }
  return left
}

async function clear(
  sql: Sql,
  archive: ArchiveDirectory,
  sealed: readonly Uncleared[],
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  // Rows are only deleted if this server can read their complete archive file.
  const problems = await Promise.all(sealed.map((one) => archiveProblem(archive, one)))
  const leaving = sealed.filter((_, n) => problems[n] === null)
  const keys = [
    leaving.map(({ workspaceId }) => workspaceId),
    leaving.map(({ conversationId }) => conversationId),
    leaving.map(({ throughVersion }) => throughVersion),
  ]
  await deleteProgress(sql, await sql.rows<{ workspaceId: string; taskId: string }>(SEALED_TASKS, keys), signal)
  let more = leaving.length > 0
  const left = await inBatches(signal, async () => {
    if (!more) return null
    const { length } = await sql.rows(CLEAR, keys)
    more = length === BATCH
    return length
  })
  if (signal.aborted) return left
  for (const { workspaceId, conversationId, throughVersion, file } of leaving) {
    await archive.removeOthers(file)
    await sql.rows(DONE, [workspaceId, conversationId, throughVersion, now])
  }
  return left
}
