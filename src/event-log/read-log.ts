import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { StoredEvent } from './stored-event.js'
import { STORED_EVENT_COLUMNS } from './stored-event.js'

const READ_LOG = statement(
  'read_log',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e
   WHERE e."workspaceId" = $1 AND e.position > $2::bigint
     AND ($3::text[] IS NULL OR e.type = ANY($3::text[]))
   ORDER BY e.position LIMIT $4`,
)

/** A workspace's events after a position, in commit order. A reader that goes on from the last one misses none. */
export function readLog(
  sql: Sql,
  workspaceId: string,
  afterPosition: string,
  limit: number,
  types: readonly string[] | null = null,
): Promise<StoredEvent[]> {
  return sql.rows<StoredEvent>(READ_LOG, [workspaceId, afterPosition, types, limit])
}
