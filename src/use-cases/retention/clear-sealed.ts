import { statement } from '../../database/sql.js'
import type { Sql } from '../../database/sql.js'
import type { ArchiveDirectory } from '../../event-log/sealed/archive-directory.js'
import { archiveProblem } from '../../event-log/sealed/sealed-events.js'
import { deleteProgress } from './expire-progress.js'
import { inBatches } from './in-batches.js'

/** Events that leave at once, with what belongs to them: some milliseconds. */
const BATCH = 500

const UNCLEARED = statement(
  'uncleared_streams',
  `SELECT s."workspaceId", s."conversationId", s."throughVersion", s.file, s."exportDigest" FROM sealed_stream s WHERE s."clearedAt" IS NULL
     AND (s."workspaceId", s."conversationId") > ($1, $2)
   ORDER BY s."workspaceId", s."conversationId" LIMIT 1`,
)

const SEALED_TASKS = statement(
  'sealed_tasks',
  `SELECT e."workspaceId", e."taskId" FROM session_event e WHERE e."workspaceId" = $1 AND e."conversationId" = $2
     AND e.version <= $3 AND e.type = 'TASK_ENQUEUED'`,
)

/**
 * The first events that are still there, with their tasks, contents, messages and snapshots. What came after the sealing is not among
 * them. The tombstone's row is locked: whoever brings the conversation back waits for it.
 */
const CLEAR = statement(
  'clear_sealed',
  `WITH sealed AS MATERIALIZED (
     SELECT s."throughVersion" FROM sealed_stream s WHERE s."workspaceId" = $1 AND s."conversationId" = $2
       AND s."throughVersion" = $3 AND s."clearedAt" IS NULL FOR UPDATE
   ), page AS MATERIALIZED (
     SELECT e.position, e.type, e."taskId", e.data ->> 'messageId' AS message FROM session_event e
     WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version <= (SELECT "throughVersion" FROM sealed)
     ORDER BY e.version LIMIT ${BATCH}
   ), contents AS (
     DELETE FROM task_content c USING page p
     WHERE p.type = 'TASK_ENQUEUED' AND c."workspaceId" = $1 AND c."taskId" = p."taskId"
   ), messages AS (
     DELETE FROM chat_message m USING page p WHERE p.type = 'MESSAGE_POSTED' AND m."workspaceId" = $1 AND m.id = p.message
   ), tasks AS (
     DELETE FROM task t USING page p WHERE p.type = 'TASK_ENQUEUED' AND t."workspaceId" = $1 AND t.id = p."taskId"
   ), snapshots AS (
     DELETE FROM session_snapshot n USING page p
     WHERE n."workspaceId" = $1 AND n."conversationId" = $2 AND n.position = p.position
   )
   DELETE FROM session_event e USING page p WHERE e."workspaceId" = $1 AND e.position = p.position
   RETURNING 1`,
)

const DONE = statement(
  'sealed_is_cleared',
  `UPDATE sealed_stream SET "clearedAt" = $4 WHERE "workspaceId" = $1 AND "conversationId" = $2 AND "throughVersion" = $3
     AND "clearedAt" IS NULL`,
)

interface Uncleared {
  workspaceId: string
  conversationId: string
  throughVersion: number
  file: string
  exportDigest: string
}

/** Lets the rows of all sealed conversations leave, from where a server that was killed has left off. Answers how many events left. */
export async function clearSealed(
  sql: Sql,
  archive: ArchiveDirectory,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  let left = 0
  let after = ['', '']
  while (!signal.aborted) {
    const [next] = await sql.rows<Uncleared>(UNCLEARED, after)
    if (next === undefined) break
    after = [next.workspaceId, next.conversationId]
    left += await clearOne(sql, archive, next, now, signal)
  }
  return left
}

async function clearOne(
  sql: Sql,
  archive: ArchiveDirectory,
  sealed: Uncleared,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  const { workspaceId, conversationId, throughVersion, file } = sealed
  const key = [workspaceId, conversationId, throughVersion]
  // Nothing leaves on the word of a file that this server does not see whole.
  if ((await archiveProblem(archive, sealed)) !== null) return 0
  await deleteProgress(sql, await sql.rows<{ workspaceId: string; taskId: string }>(SEALED_TASKS, key), signal)
  let more = true
  const left = await inBatches(signal, async () => {
    if (!more) return null
    const { length } = await sql.rows(CLEAR, key)
    more = length === BATCH
    return length
  })
  if (signal.aborted) return left
  await archive.removeOthers(file)
  await sql.rows(DONE, [...key, now])
  return left
}
