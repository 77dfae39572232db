import type { Database } from '../../database/sql.js'
import { statement } from '../../database/sql.js'
import { WRITE } from './write-changes.js'

/** Rows per transaction; the next call takes the rest. */
const MAX_PROMOTED = 500

const LOCK_DUE = statement(
  'lock_due',
  `SELECT c."workspaceId" AS w, c.id FROM conversation c
   WHERE (c."workspaceId", c.id) IN (
     SELECT q."workspaceId", q."conversationId" FROM dispatch q
     WHERE q.state = 'SCHEDULED' AND q."availableAt" <= $1
       AND ($2::text IS NULL OR (q."workspaceId" = $2 AND q."runtimeId" = $3))
     ORDER BY q."availableAt" LIMIT ${MAX_PROMOTED})
   ORDER BY c."workspaceId", c.id
   FOR UPDATE`,
)

const PROMOTE = statement(
  'promote_due',
  `UPDATE dispatch q SET state = 'BEHIND'
   FROM unnest($1::text[], $2::text[]) AS x(w, id)
   WHERE q."workspaceId" = x.w AND q."conversationId" = x.id AND q.state = 'SCHEDULED' AND q."availableAt" <= $3
   RETURNING q."workspaceId", q."runtimeId"`,
)

/**
 * Puts due scheduled tasks into the line, for one runtime or for all. Safe in many processes at once. Returns the runtimes
 * that may have work now.
 */
export async function promoteDue(
  database: Database,
  now: Date,
  runtime: { workspaceId: string; runtimeId: string } | null = null,
): Promise<{ workspaceId: string; runtimeId: string }[]> {
  return database.transaction(async (sql) => {
    const due = await sql.rows<{ w: string; id: string }>(LOCK_DUE, [
      now,
      runtime?.workspaceId ?? null,
      runtime?.runtimeId ?? null,
    ])
    if (due.length === 0) return []
    const [workspaces, ids] = [due.map(({ w }) => w), due.map(({ id }) => id)]
    const promoted = await sql.rows<{ workspaceId: string; runtimeId: string }>(PROMOTE, [workspaces, ids, now])
    await sql.call(WRITE, { moved_w: workspaces, moved_ids: ids })
    return promoted
  })
}
