import type { Sql } from '../database/sql.js'
import { statement } from '../database/sql.js'
import type { StoredEvent } from './stored-event.js'
import { STORED_EVENT_COLUMNS } from './stored-event.js'

const READ_STREAM = statement(
  'read_stream',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version > $3
     AND ($4::bigint IS NULL OR e.position <= $4::bigint)
   ORDER BY e.version`,
)

export interface StreamRange {
  afterVersion?: number
  /** Reads only events up to this position of the log; null reads all. */
  upToPosition?: string | null
}

/** A conversation's events in order. */
export function readStream(
  sql: Sql,
  workspaceId: string,
  conversationId: string,
  { afterVersion = 0, upToPosition = null }: StreamRange = {},
): Promise<StoredEvent[]> {
  return sql.rows<StoredEvent>(READ_STREAM, [workspaceId, conversationId, afterVersion, upToPosition])
}

/** An upper bound for every position (the largest bigint). */
export const NO_POSITION_PAST = '9223372036854775807'

const READ_STREAM_PAGE = statement(
  'read_stream_page',
  `SELECT ${STORED_EVENT_COLUMNS} FROM session_event e
   WHERE e."workspaceId" = $1 AND e."conversationId" = $2 AND e.version > $3 AND e.version <= $3 + $5::int
     AND e.position <= $4::bigint
   ORDER BY e.version`,
)

/** As {@link readStream}, with at most `limit` events. Versions have no gaps, so a shorter page is the last one. */
export function readStreamPage(
  sql: Sql,
  { workspaceId, id }: { workspaceId: string; id: string },
  afterVersion: number,
  upToPosition: string,
  limit: number,
): Promise<StoredEvent[]> {
  return sql.rows<StoredEvent>(READ_STREAM_PAGE, [workspaceId, id, afterVersion, upToPosition, limit])
}
